using Governance.Audit;
using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory;

/// <summary>From an import to a tool, to a person's answer, and to what other imports bring later.</summary>
public sealed class MeaningTests
{
    private const string Header = "external_id,name,kind,publisher,parent_id,homepage,appId,entitlements\n";
    private const string AppId = "11111111-2222-3333-4444-555555555555";

    [Theory, EachDatabase]
    public async Task Sure_evidence_marks_and_a_name_only_asks(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + "a,Helper,ServicePrincipal,,,https://claude.ai/x,,\nb,claude-proxy,ServicePrincipal,,,,,\nc,Claudette payroll,ServicePrincipal,,,,,\n");
        await test.CatchUpAsync();
        await using var db = test.Open();
        (await ToolOfAsync(test, "a")).ShouldBe("Claude");
        (await ToolOfAsync(test, "b")).ShouldBeNull();
        var evidence = await db.IdentityEvidence.Join(db.Identities, e => e.IdentityId, i => i.Id, (e, i) => new { i.ExternalId, e.Rule, e.Strength, e.Matched, e.ToolName, e.Catalogue }).OrderBy(e => e.ExternalId).ToListAsync();
        evidence.Select(e => (e.ExternalId, e.Rule, e.Strength, e.Matched, e.ToolName)).ShouldBe([("a", EvidenceRule.Domain, EvidenceStrength.Strong, "claude.ai", "Claude"), ("b", EvidenceRule.Word, EvidenceStrength.Suggestion, "claude", "Claude")]);
        evidence.ShouldAllBe(e => e.Catalogue == test.Get<ToolCatalogue>().Version);
        var waiting = (await test.Get<TriageQueries>().ListAsync(null, 10, CancellationToken.None)).Rows.Single();
        (waiting.Name, waiting.SuggestedTool).ShouldBe(("claude-proxy", "Claude"));
        (await db.Tools.SingleAsync(t => t.Name == "Claude")).Autonomy.ShouldBe(Autonomy.Assistive);
    }

    [Theory, EachDatabase]
    public async Task An_answer_is_remembered_for_another_source_and_an_import_never_changes_it(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var file = Header + $"a,claude-proxy,ServicePrincipal,,,,{AppId},\nb,Other,ServicePrincipal,,,,,\n";
        await test.ImportAsync(file);
        await test.CatchUpAsync();
        var answer = (await DecideAsync(test, ["a"], null, RememberBy.Best)).OrThrow();
        (answer.Chosen, answer.Others).ShouldBe((1, 0));
        (await test.Get<TriageQueries>().CountAsync(CancellationToken.None)).ShouldBe(0);
        await test.ImportAsync(file.Replace("claude-proxy", "claude-proxy-2"));
        await test.ImportAsync(Header + $"z,Claude elsewhere,ServicePrincipal,,,,{AppId.ToUpperInvariant()},\ny,claude other,ServicePrincipal,,,,,\n", source: "Another tenant");
        await test.CatchUpAsync();
        await using var db = test.Open();
        var z = await db.Identities.SingleAsync(i => i.ExternalId == "z");
        (z.ToolId, z.ToolDecidedBy).ShouldBe((null, "Ada Lovelace"));
        z.ToolEvidence!.ShouldContain("every identity with application id " + AppId);
        (await test.Get<TriageQueries>().ListAsync(null, 10, CancellationToken.None)).Rows.Select(r => r.Name).ShouldBe(["claude other"]);
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.TriageDecided)).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task An_answer_by_name_covers_the_same_name_elsewhere_and_is_undone_whole(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + "a,claude-proxy,ServicePrincipal,,,,,\nb,Own,ServicePrincipal,,,https://claude.ai,,\n");
        await test.ImportAsync(Header + "c,Claude-Proxy,ServicePrincipal,,,,,\n", source: "Two");
        await test.CatchUpAsync();
        var tool = (await test.Get<ToolService>().CreateAsync("Proxy", null, Autonomy.Supervised, Importing.Admin, CancellationToken.None)).OrThrow();
        var answer = (await DecideAsync(test, ["a"], tool, RememberBy.Name)).OrThrow();
        (answer.Chosen, answer.Others).ShouldBe((1, 1));
        (await ToolOfAsync(test, "c")).ShouldBe("Proxy");
        (await ToolOfAsync(test, "b")).ShouldBe("Claude");
        (await test.Get<TriageQueries>().AnswersAsync(5, CancellationToken.None)).Single().Identities.ShouldBe(2);
        (await test.Get<TriageService>().UndoAsync(answer.BatchId, Importing.Admin, CancellationToken.None)).OrThrow().ShouldBe(2);
        (await ToolOfAsync(test, "a")).ShouldBeNull();
        (await test.Get<TriageQueries>().CountAsync(CancellationToken.None)).ShouldBe(2);
        (await test.Get<TriageService>().UndoAsync(answer.BatchId, Importing.Admin, CancellationToken.None)).Refusal!.Code.ShouldBe("triage.undone");
    }

    [Fact]
    public async Task Who_may_not_arrange_the_inventory_may_not_answer()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.Get<TriageService>().DecideAsync([Guid.Empty], null, RememberBy.Best, null, Given.Visitor, CancellationToken.None)).Refusal!.Code.ShouldBe("not.allowed");
        (await test.Get<CatalogueService>().AddAsync(EvidenceRule.Word, "acme", Guid.Empty, Given.Visitor, CancellationToken.None)).Refusal!.Code.ShouldBe("not.allowed");
        (await test.Get<LinkService>().DecideAsync(Guid.Empty, LinkState.Split, null, Given.Visitor, CancellationToken.None)).Refusal!.Code.ShouldBe("not.allowed");
    }

    [Theory, EachDatabase]
    public async Task A_third_party_with_a_permission_about_AI_is_asked_about(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + "a,Meeting recorder,ServicePrincipal,Contoso,,,,AiEnterpriseInteraction.Read.All@Graph\nb,Own thing,ServicePrincipal,Microsoft,,,,AiEnterpriseInteraction.Read.All@Graph\nc,Backup,ServicePrincipal,Contoso,,,,Files.Read.All@Graph\n");
        await test.CatchUpAsync();
        var row = (await test.Get<TriageQueries>().ListAsync(null, 10, CancellationToken.None)).Rows.Single();
        (row.Name, row.SuggestedTool, row.Rule, row.Matched).ShouldBe(("Meeting recorder", null, EvidenceRule.Permission, "AiEnterpriseInteraction.Read.All"));
    }

    [Theory, EachDatabase]
    public async Task An_administrators_entry_is_previewed_applied_to_what_is_there_and_taken_back(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + "a,One,ServicePrincipal,,,https://bots.acme.ai/cb,,\nb,Two,ServicePrincipal,,,https://acme.ai.example.com,,\nc,Acme Helper,ServicePrincipal,,,,,\nd,Acmeology,ServicePrincipal,,,,,\n");
        await test.CatchUpAsync();
        var service = test.Get<CatalogueService>();
        var tool = (await test.Get<ToolService>().CreateAsync("Acme", "Acme", Autonomy.Autonomous, Importing.Admin, CancellationToken.None)).OrThrow();
        var preview = (await service.PreviewAsync(EvidenceRule.Domain, "https://ACME.ai/", "Acme", CancellationToken.None)).OrThrow();
        (preview.Marked, preview.Suggested).ShouldBe((1, 0));
        (await ToolOfAsync(test, "a")).ShouldBeNull();
        (await service.AddAsync(EvidenceRule.Domain, "acme.ai", tool, Importing.Admin, CancellationToken.None)).OrThrow().Marked.ShouldBe(1);
        (await ToolOfAsync(test, "a")).ShouldBe("Acme");
        (await ToolOfAsync(test, "b")).ShouldBeNull();
        (await service.PreviewAsync(EvidenceRule.Word, "acme", "Acme", CancellationToken.None)).OrThrow().ShouldBe(new PassCounts(2, 0, 0, 1));
        (await service.AddAsync(EvidenceRule.Word, "Acme", tool, Importing.Admin, CancellationToken.None)).IsRefused.ShouldBeFalse();
        (await test.Get<TriageQueries>().ListAsync(null, 10, CancellationToken.None)).Rows.Select(r => r.Name).ShouldBe(["Acme Helper"]);
        (await service.AddAsync(EvidenceRule.Domain, "acme.ai", tool, Importing.Admin, CancellationToken.None)).Refusal!.Code.ShouldBe("catalogue.exists");
        (await service.AddAsync(EvidenceRule.AppId, "admin-cli", tool, Importing.Admin, CancellationToken.None)).Refusal!.Code.ShouldBe("catalogue.app-id");
        (await service.AddAsync(EvidenceRule.Word, "ai", tool, Importing.Admin, CancellationToken.None)).Refusal!.Code.ShouldBe("catalogue.value");

        // Neither the same file again nor another of the same source takes it away.
        (await test.ImportAsync(Header + "a,One,ServicePrincipal,,,https://bots.acme.ai/cb,,\n")).Unchanged.ShouldBe(1);
        await test.CatchUpAsync();
        (await ToolOfAsync(test, "a")).ShouldBe("Acme");
        foreach (var entry in await service.ListAsync(CancellationToken.None))
            (await service.RemoveAsync(entry.Id, Importing.Admin, CancellationToken.None)).IsRefused.ShouldBeFalse();
        (await ToolOfAsync(test, "a")).ShouldBeNull();
        (await test.Get<TriageQueries>().CountAsync(CancellationToken.None)).ShouldBe(0);
        await using var db = test.Open();
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.CatalogueChanged)).ShouldBe(4);
    }

    [Theory, EachDatabase]
    public async Task A_feature_inherits_what_its_parent_application_may_and_loses_it_with_it(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var all = Header + "app,Backend,Application,,,,,!Mail.Read@Graph;Files.Read@Graph\nfeature,Assistant,Agent,,app,,,Files.Read@Graph\nsub,Sub-agent,Agent,,feature,,,\n";
        await test.ImportAsync(all, full: true);
        await test.CatchUpAsync();
        await using var db = test.Open();
        (await InheritedAsync(test, "feature")).ShouldBe(["Mail.Read via Backend"]);
        (await InheritedAsync(test, "sub")).ShouldBe(["Files.Read via Assistant", "Mail.Read via Backend"]);
        (await db.Identities.SingleAsync(i => i.ExternalId == "sub")).Privileged.ShouldBe(Reported.Yes);
        (await db.Findings.AnyAsync(f => f.RuleId == "F13" && db.Identities.Any(i => i.Id == f.IdentityId && i.ExternalId == "sub"))).ShouldBeTrue();

        // The same file again changes nothing, though it names none of the inherited ones.
        (await test.ImportAsync(all, full: true)).Counts().ShouldBe((3, 0, 0, 3, 0, 0, 0));
        await test.CatchUpAsync();
        (await InheritedAsync(test, "sub")).Count.ShouldBe(2);

        await test.ImportAsync(all.Replace("!Mail.Read@Graph;", string.Empty), full: true);
        await test.CatchUpAsync();
        (await InheritedAsync(test, "feature")).ShouldBeEmpty();
        (await InheritedAsync(test, "sub")).ShouldBe(["Files.Read via Assistant"]);
        (await db.Identities.AsNoTracking().SingleAsync(i => i.ExternalId == "sub")).Privileged.ShouldBe(Reported.No);
        (await db.IdentityChanges.CountAsync(c => c.Field == "grant" && c.Before == "Mail.Read" && db.Identities.Any(i => i.Id == c.IdentityId && i.ExternalId == "sub"))).ShouldBe(1);

        await test.ImportAsync(all, full: true);
        await test.CatchUpAsync();
        (await InheritedAsync(test, "sub")).Count.ShouldBe(2);
        (await db.Grants.CountAsync(g => g.InheritedFromId != null)).ShouldBe(3);
    }

    [Theory, EachDatabase]
    public async Task Two_that_name_each_other_as_parent_end(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + "a,A,Agent,,b,,,one@x\nb,B,Agent,,a,,,two@x\n", full: true);
        await test.CatchUpAsync();
        (await InheritedAsync(test, "a")).ShouldBe(["two via B"]);
        await test.ImportAsync(Header + "a,A,Agent,,b,,,one@x\nb,B,Agent,,a,,,three@x\n", full: true);
        await test.CatchUpAsync();
        (await InheritedAsync(test, "a")).ShouldBe(["three via B"]);
        (await InheritedAsync(test, "b")).ShouldBe(["one via A"]);
    }

    [Theory, EachDatabase]
    public async Task The_same_workload_is_linked_across_sources_and_a_person_confirms_or_splits_for_good(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var one = await given.IdentityAsync(i => (i.DisplayName, i.Attributes) = ("One", $$"""{"appId":"{{AppId}}"}"""));
        var two = await given.IdentityAsync(i => (i.DisplayName, i.Attributes) = ("Two", $$"""{"appId":"{{AppId.ToUpperInvariant()}}"}"""));
        var three = await given.IdentityAsync(i => i.DisplayName = "Three");
        var trust = await given.IdentityAsync(i => i.DisplayName = "Federated");
        await given.CredentialAsync(trust, CredentialKind.FederatedTrust, c => c.DisplayName = "system:serviceaccount:ai:bot");
        await given.CredentialAsync(two, CredentialKind.ApiKey, c => c.Fingerprint = new string('f', 64));
        await given.CredentialAsync(three, CredentialKind.ApiKey, c => c.Fingerprint = new string('f', 64));
        await given.SaveAsync(db =>
        {
            var cluster = new Source { Id = Ids.New(test.Now), Name = "Cluster", System = SourceSystem.Kubernetes, CreatedAt = test.Now };
            db.Sources.Add(cluster);
            db.Identities.Add(new Identity
            {
                Id = Ids.New(test.Now),
                SourceId = cluster.Id,
                ExternalId = "uid",
                DisplayName = "ai/bot",
                Kind = IdentityKind.ServiceAccount,
                ContentHash = "x",
                FirstSeenAt = test.Now,
                LastSeenAt = test.Now,
                Attributes = $$$"""{"annotations":{"azure.workload.identity/client-id":"{{{AppId}}}"}}""",
            });
        });
        await RelateAsync(test);
        (await LinksAsync(test)).ShouldBe(["Federated < ai/bot: ActsAs FederatedSubject Candidate", "One < ai/bot: ActsAs Annotation Candidate", "Three = Two: SameAs Fingerprint Candidate", "Two < ai/bot: ActsAs Annotation Candidate", "Two = One: SameAs AppId Candidate"]);

        var service = test.Get<LinkService>();
        var same = (await service.ForAsync(one.Id, CancellationToken.None)).Single(l => l.Kind == LinkKind.SameAs);
        same.Evidence.ShouldBe("Both have the application id " + AppId);
        (await service.DecideAsync(same.Id, LinkState.Split, "Another company's copy", Importing.Admin, CancellationToken.None)).IsRefused.ShouldBeFalse();
        var secret = (await service.ForAsync(three.Id, CancellationToken.None)).Single();
        (await service.DecideAsync(secret.Id, LinkState.Confirmed, null, Importing.Admin, CancellationToken.None)).IsRefused.ShouldBeFalse();
        await RelateAsync(test);
        (await LinksAsync(test)).ShouldContain("Two = One: SameAs AppId Split");
        (await LinksAsync(test)).ShouldContain("Three = Two: SameAs Fingerprint Confirmed");
        await using var db = test.Open();
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.LinkDecided)).ShouldBe(4);
        await db.Credentials.Where(c => c.IdentityId == three.Id).ExecuteUpdateAsync(s => s.SetProperty(c => c.Fingerprint, new string('e', 64)));
        await RelateAsync(test);
        (await service.ForAsync(three.Id, CancellationToken.None)).Single().MissingSince.ShouldBe(test.Now);
    }

    private static async Task RelateAsync(TestDatabase test)
    {
        await using var db = test.Open();
        await db.InTransactionAsync(async () =>
        {
            await new CataloguePass(db, test.Get<ToolCatalogue>(), test.Now).RunAsync(i => true, CancellationToken.None);
            return await new LinkFinder(db, test.Now).RunAsync(CancellationToken.None);
        }, CancellationToken.None);
    }

    private static async Task<List<string>> LinksAsync(TestDatabase test)
    {
        await using var db = test.Open();
        var rows = await db.IdentityLinks.Select(l => new { l.Kind, l.Rule, l.State, From = db.Identities.First(i => i.Id == l.FromId).DisplayName, To = db.Identities.First(i => i.Id == l.ToId).DisplayName }).ToListAsync();
        return rows.ConvertAll(l => l.Kind == LinkKind.SameAs
            ? $"{(string.CompareOrdinal(l.From, l.To) > 0 ? l.From : l.To)} = {(string.CompareOrdinal(l.From, l.To) > 0 ? l.To : l.From)}: {l.Kind} {l.Rule} {l.State}"
            : $"{l.To} < {l.From}: {l.Kind} {l.Rule} {l.State}").Select(s => s.Replace("Two = Three", "Three = Two").Replace("One = Two", "Two = One")).Order(StringComparer.Ordinal).ToList();
    }

    private static async Task<Outcome<TriageAnswer>> DecideAsync(TestDatabase test, string[] externalIds, Guid? tool, RememberBy remember)
    {
        await using var db = test.Open();
        var ids = await db.Identities.Where(i => externalIds.Contains(i.ExternalId)).Select(i => i.Id).ToListAsync();
        return await test.Get<TriageService>().DecideAsync(ids, tool, remember, "Seen", Importing.Admin, CancellationToken.None);
    }

    private static async Task<string?> ToolOfAsync(TestDatabase test, string externalId)
    {
        await using var db = test.Open();
        return await db.Identities.Where(i => i.ExternalId == externalId).Select(i => db.Tools.Where(t => t.Id == i.ToolId).Select(t => t.Name).FirstOrDefault()).SingleAsync();
    }

    private static async Task<List<string>> InheritedAsync(TestDatabase test, string externalId)
    {
        await using var db = test.Open();
        return await db.Grants.Where(g => g.MissingSince == null && g.Path == GrantPath.Inherited && db.Identities.Any(i => i.Id == g.IdentityId && i.ExternalId == externalId))
            .Join(db.Entitlements, g => g.EntitlementId, e => e.Id, (g, e) => e.Name + " via " + g.Via).OrderBy(x => x).ToListAsync();
    }
}
