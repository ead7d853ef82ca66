using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Ownership;

public sealed class ProposalTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, EachDatabase]
    public async Task Evidence_of_several_kinds_is_weighed_together_and_said_in_words(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob) = (await given.PersonAsync("Ada Lovelace"), await given.PersonAsync("Bob Builder"));
        var identity = await given.IdentityAsync(i => (i.OwnerHint, i.CreatorHint) = ("ada.lovelace@example.com, Nobody Known", "bob-builder"));
        await given.GrantAsync(identity, "Mail.Read", GrantPath.Delegated, bob.ExternalId);
        await test.Get<ProposalService>().ComputeAllAsync(None);
        var proposals = await test.ProposedAsync(identity);
        proposals.Select(p => p.Person).ShouldBe(["Ada Lovelace", "Bob Builder"]);
        proposals[0].Confidence.ShouldBe(85);
        proposals[0].Reasons.ShouldBe(["Ada Lovelace is named as owner by Entra contoso (“ada.lovelace@example.com”)."]);
        // A login (0.65 x 0.75) and a consent (0.45): 1 - 0.5125 x 0.55.
        proposals[1].Confidence.ShouldBe(72);
        proposals[1].Reasons.Count.ShouldBe(2);
        (await test.ReadAsync(identity.Id)).OwnerState.ShouldBe(OwnerState.None);
    }

    [Theory, EachDatabase]
    public async Task Who_owns_its_application_its_namespace_and_its_tool_is_proposed(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob, cyd) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"), await given.PersonAsync("Cyd"));
        var tool = await given.ToolAsync("Indexer");
        var parent = await given.IdentityAsync();
        var neighbour = await given.IdentityAsync(i => i.DisplayName = "ml-prod/trainer");
        var sibling = await given.IdentityAsync(i => i.ToolId = tool.Id);
        await test.OwnsAsync(ada, parent);
        await test.OwnsAsync(bob, neighbour);
        await test.OwnsAsync(cyd, sibling);
        var child = await given.IdentityAsync(i => i.ParentExternalId = parent.ExternalId);
        var account = await given.IdentityAsync(i => i.DisplayName = "ml-prod/indexer");
        var same = await given.IdentityAsync(i => i.ToolId = tool.Id);
        await test.Get<ProposalService>().ComputeAllAsync(None);
        (await test.ProposedAsync(child)).Single().Person.ShouldBe("Ada");
        (await test.ProposedAsync(account)).Single().Reasons.ShouldBe(["Bob owns 1 of 1 in the namespace ml-prod."]);
        (await test.ProposedAsync(same)).Single().Reasons.ShouldBe(["Cyd owns 1 of 1 of the same tool."]);
        (await test.ProposedAsync(parent)).ShouldBeEmpty();
    }

    [Theory, EachDatabase]
    public async Task A_team_that_a_tag_names_means_the_person_who_leads_it_and_a_leaver_means_their_manager(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var lead = await given.PersonAsync("Lena Lead", p => p.Department = "Platform");
        await given.PersonAsync("Pat", p => (p.Department, p.ManagerId) = ("Platform", lead.Id));
        await given.PersonAsync("Gone Girl", p => (p.Status, p.ManagerId) = (PersonStatus.Left, lead.Id));
        var (team, leaver) = (await given.IdentityAsync(i => i.OwnerHint = "platform"), await given.IdentityAsync(i => i.CreatorHint = "gone.girl@example.com"));
        await test.Get<ProposalService>().ComputeAllAsync(None);
        (await test.ProposedAsync(team)).Single().Reasons.Single().ShouldBe("Lena Lead leads Platform; “platform” is named as owner by Entra contoso.");
        (await test.ProposedAsync(leaver)).Single().Reasons.Single().ShouldBe("Lena Lead managed Gone Girl, who made it in Entra contoso and has left.");
    }

    [Theory, EachDatabase]
    public async Task A_committed_secret_leads_to_its_committer_and_to_the_owners_of_its_path(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"));
        (await test.Get<PolicyService>().ImportCodeOwnersAsync("https://github.com/Acme/Platform.git", "# all\n* @cyd\nsrc/ml/ @bob\n", Given.Engineer, None)).Value.ShouldBe(2);
        var secret = await given.IdentityAsync(i => (i.Kind, i.OwnerHint, i.Attributes) = (IdentityKind.ApiToken, ada.Mail, """{"scanner":"gitleaks","file":"src/ml/train.py","repository":"acme/platform"}"""));
        await test.CatchUpAsync();
        await test.Get<ProposalService>().ComputeAllAsync(None);
        var proposals = await test.ProposedAsync(secret);
        proposals.Select(p => (p.Person, p.Confidence)).ShouldBe([("Ada", 65), ("Bob", 62)]);
        proposals[1].Reasons.Single().ShouldBe("Bob is named by CODEOWNERS of acme/platform for src/ml/ (“bob”).");
    }

    [Theory]
    [InlineData("*", "a/b.cs", true)]
    [InlineData("*.js", "web/app.js", true)]
    [InlineData("*.js", "web/app.jsx", false)]
    [InlineData("/docs/", "docs/a/b.md", true)]
    [InlineData("/docs/", "src/docs/b.md", false)]
    [InlineData("apps/", "x/apps/y", true)]
    [InlineData("docs/*", "docs/a.md", true)]
    [InlineData("docs/*", "docs/b/a.md", false)]
    [InlineData("**/logs", "a/b/logs/c.txt", true)]
    [InlineData("src/**/secret.yaml", "src/a/b/secret.yaml", true)]
    [InlineData("src/*/secret.yaml", "src/a/b/secret.yaml", false)]
    public void A_line_of_CODEOWNERS_means_paths_as_GitHub_reads_it(string pattern, string path, bool matches) => CodeOwnersFile.Matches(pattern, path).ShouldBe(matches);

    [Theory, EachDatabase]
    public async Task The_last_line_that_matches_decides_and_whoever_said_no_is_not_proposed_again(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob, cyd) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"), await given.PersonAsync("Cyd"));
        var identity = await given.IdentityAsync(i => (i.OwnerHint, i.CreatorHint) = (ada.Mail, bob.Mail));
        var service = test.Get<OwnershipService>();
        await test.ToldAsync(AuditActions.PeopleImported, "1");
        await test.CatchUpAsync();
        (await test.ProposedAsync(identity)).Select(p => p.Person).ShouldBe(["Ada", "Bob"]);

        (await test.Get<AskService>().AskAsync(null, 60, Given.Engineer, None)).Value!.ShouldBe(new AskPreview(1, 1, 0, 0));
        (await service.DeclineAsync([identity.Id], "I only signed the form", cyd.Id, Given.As(ada), None)).ShouldBeDone();
        await test.CatchUpAsync();
        var after = await test.ProposedAsync(identity);
        after.Select(p => p.Person).ShouldBe(["Cyd", "Bob"]);
        after[0].Reasons.ShouldBe(["Ada was asked and says that it is Cyd's."]);
        (await service.AssignAsync([identity.Id], ada.Id, null, Given.Engineer, None)).Single().Refusal!.Code.ShouldBe("owner.declined-before");
        (await service.AssignAsync([identity.Id], ada.Id, "mine after all", Given.As(ada), None)).ShouldBeDone();
        await test.CatchUpAsync();
        (await test.ProposedAsync(identity)).ShouldBeEmpty();
    }

    [Theory, EachDatabase]
    public async Task One_message_a_person_however_many_identities_and_below_the_confidence_nobody_is_asked(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"));
        for (var n = 0; n < 7; n++)
            await given.IdentityAsync(i => i.OwnerHint = ada.Mail);
        var unsure = await given.IdentityAsync(i => i.CreatorHint = "b-ob");
        await given.IdentityAsync();
        await test.Get<ProposalService>().ComputeAllAsync(None);
        var asks = test.Get<AskService>();
        (await asks.PreviewAsync(60, None)).ShouldBe(new AskPreview(7, 1, 1, 1));
        (await asks.AskAsync(null, 60, Given.Visitor, None)).Refusal!.Code.ShouldBe("not.allowed");
        (await asks.AskAsync(null, 60, Given.Engineer, None)).Value!.Identities.ShouldBe(7);
        (await asks.AskAsync(null, 60, Given.Engineer, None)).Value!.Identities.ShouldBe(0);
        (await test.InboxAsync(ada)).ShouldBe(["owner.asked"]);
        (await test.InboxAsync(bob)).ShouldBeEmpty();
        (await test.ReadAsync(unsure.Id)).OwnerState.ShouldBe(OwnerState.None);
        (await test.Get<OwnershipQueries>().ProposalsForAsync(ada.Id, None)).Count.ShouldBe(7);
    }

    [Theory, EachDatabase]
    public async Task With_the_policy_on_the_console_asks_by_itself_after_an_import(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var ada = await given.PersonAsync("Ada");
        var identity = await given.IdentityAsync(i => (i.OwnerHint, i.LastChangedRunId) = (ada.Mail, Ids.New(test.Now)));
        var policy = test.Get<PolicyService>();
        (await policy.ChangeAsync(new OwnershipPolicy { AskByItself = true, RemindDays = 9, ManagerDays = 9 }, null, Given.Engineer, None)).Refusal!.Code.ShouldBe("policy.order");
        (await policy.ChangeAsync(new OwnershipPolicy { AskByItself = true }, "fewer clicks", Given.Engineer, None)).IsRefused.ShouldBeFalse();
        await test.ToldAsync(AuditActions.ImportCompleted, identity.LastChangedRunId.ToString("D"));
        await test.CatchUpAsync();
        (await test.ReadAsync(identity.Id)).OwnerState.ShouldBe(OwnerState.Proposed);
        (await test.InboxAsync(ada)).ShouldBe(["owner.asked"]);
    }
}
