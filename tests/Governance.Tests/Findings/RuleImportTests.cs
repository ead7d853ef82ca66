using Governance.Audit;
using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Ownership;
using Governance.Persistence;
using Governance.Tests.Inventory;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Findings;

/// <summary>From a file, through the importer and the followers, to what the rule says: what the rules that read a source's own fields really get.</summary>
public sealed class RuleImportTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, EachDatabase]
    public async Task F03_an_owner_who_accepted_is_asked_again_after_the_days_of_the_policy_and_not_before(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync("id,name,mail,status\np1,Ada,ada@x.org,active\n");
        await test.ImportAsync("external_id,name,kind\na,a,service-account\nb,b,service-account\n");
        await using (var db = test.Open())
        {
            var (ada, a) = (await db.People.SingleAsync(), await db.Identities.SingleAsync(i => i.DisplayName == "a"));
            (await test.Get<OwnershipService>().AssignAsync([a.Id], ada.Id, "hers", Given.Engineer, None)).Single().Refusal.ShouldBeNull();
            (await test.Get<OwnershipService>().AcceptAsync([a.Id], Given.As(ada), None)).Single().Refusal.ShouldBeNull();
        }

        test.Clock.Advance(TimeSpan.FromDays(180));
        (await ToldAsync(test, "F03", evaluate: true)).ShouldBe(new Dictionary<string, Expected>(StringComparer.Ordinal) { ["a"] = Expected.DoesNotHold });
        test.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await ToldAsync(test, "F03", evaluate: true)).ShouldBe(new Dictionary<string, Expected>(StringComparer.Ordinal) { ["a"] = Expected.Holds });
    }

    [Theory, EachDatabase]
    public async Task F04_two_tools_act_with_one_application_by_the_annotations_of_a_cluster(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Principals("https://claude.ai", "two", "same", "untold"), source: "Entra");
        await test.ImportAsync($"""
            external_id,name,kind,tool,azure.workload.identity/client-id
            s1,ml/one,service-account,Indexer,{AppId("two")}
            s2,ml/two,service-account,Claude,{AppId("same")}
            s3,ml/three,service-account,,{AppId("untold")}

            """, source: "Cluster");
        var told = await ToldAsync(test, "F04");
        (told["two"], told["same"], told["untold"]).ShouldBe((Expected.Holds, Expected.DoesNotHold, Expected.CannotTell));
    }

    [Theory, EachDatabase]
    public async Task F12_of_the_permissions_whose_use_is_reported_half_is_too_many_and_so_is_one_privileged(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync("""
            external_id,name,kind,entitlements,used_permissions,unused_permissions
            1,half,service-account,a@x;b@x,a,b
            2,third,service-account,a@x;b@x;c@x,a;b,c
            3,mighty,service-account,a@x;b@x;!p@x,a;b,p
            4,all used,service-account,a@x,a,
            5,not held,service-account,a@x,a,z
            6,untold,service-account,a@x,,

            """);
        (await ToldAsync(test, "F12")).ShouldBe(new Dictionary<string, Expected>(StringComparer.Ordinal)
        {
            ["half"] = Expected.Holds,
            ["third"] = Expected.DoesNotHold,
            ["mighty"] = Expected.Holds,
            ["all used"] = Expected.DoesNotHold,
            ["not held"] = Expected.DoesNotHold,
            ["untold"] = Expected.CannotTell,
        }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task F17_a_publisher_that_is_not_verified_and_a_vendor_that_was_breached_up_to_the_last_day(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var incident = VendorIncident.Shipped[0];
        var vendor = incident.Name.ToLowerInvariant();
        await test.ImportAsync($"""
            external_id,name,kind,publisher,publisher_verified,created_at
            1,unverified,oauth-grant,Somebody,no,2026-01-01
            2,verified,oauth-grant,Somebody,yes,2026-01-01
            3,untold,oauth-grant,Somebody,,2026-01-01
            4,on the last day,oauth-grant,{vendor},yes,{incident.To.AddSeconds(-1):yyyy-MM-dd'T'HH:mm:ss'Z'}
            5,after it,oauth-grant,{vendor},yes,{incident.To.AddSeconds(1):yyyy-MM-dd'T'HH:mm:ss'Z'}
            6,a person's own,service-account,Somebody,,2026-01-01

            """);
        (await ToldAsync(test, "F17")).ShouldBe(new Dictionary<string, Expected>(StringComparer.Ordinal)
        {
            ["unverified"] = Expected.Holds,
            ["verified"] = Expected.DoesNotHold,
            ["untold"] = Expected.CannotTell,
            ["on the last day"] = Expected.Holds,
            ["after it"] = Expected.DoesNotHold,
        }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task F19_a_feature_that_acts_with_its_parent_reaches_more_than_its_tool_is_declared_to_need(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync("""
            external_id,name,kind,tool,parent_id,entitlements
            p1,narrow parent,application,,,Files.Read@graph
            p2,wide parent,application,,,Files.Read@graph;Mail.Send@graph
            c1,within,service-principal,Notion,p1,
            c2,beyond,service-principal,Notion,p2,
            c3,undeclared,service-principal,Other,p2,
            c4,without parent,service-principal,Notion,,

            """);
        await test.Get<Followers>().CatchUpAsync(None);
        await using (var db = test.Open())
        {
            var notion = await db.Tools.Where(t => t.Name == "Notion").Select(t => t.Id).SingleAsync();
            (await test.Get<ToolService>().DeclareNeedsAsync(notion, ["files.*"], "its manual", Given.Engineer, None)).Value.ShouldBe(1);
        }

        (await ToldAsync(test, "F19")).ShouldBe(new Dictionary<string, Expected>(StringComparer.Ordinal) { ["within"] = Expected.DoesNotHold, ["beyond"] = Expected.Holds, ["undeclared"] = Expected.CannotTell }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task F21_a_person_uses_it_by_an_interactive_sign_in_or_the_kind_of_the_caller(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync("""
            external_id,name,kind,interactive,actor_kind,user_agent
            1,signed in,service-account,true,,
            2,never,service-account,false,,
            3,human caller,service-account,,human,
            4,workload caller,service-account,,workload,
            5,browser,service-account,,,Mozilla/5.0 (X11)
            6,library,service-account,,,python-requests/2.31
            7,interactive wins,service-account,false,human,

            """);
        (await ToldAsync(test, "F21")).ShouldBe(new Dictionary<string, Expected>(StringComparer.Ordinal)
        {
            ["signed in"] = Expected.Holds,
            ["never"] = Expected.DoesNotHold,
            ["human caller"] = Expected.Holds,
            ["workload caller"] = Expected.DoesNotHold,
            ["browser"] = Expected.Holds,
            ["library"] = Expected.CannotTell,
            ["interactive wins"] = Expected.DoesNotHold,
        }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task F23_a_federated_credential_of_an_application_is_pinned_or_a_pattern(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(System.Text.Json.JsonSerializer.Serialize(new
        {
            applications = new[] { App("pinned", "repo:acme/shop:ref:refs/heads/main"), App("pattern", "repo:acme/*"), App("one letter", "repo:acme/shop?"), },
        }), source: "Entra");
        await test.ImportAsync("external_id,name,kind,credentials\n1,untold,workload,oidc|federated-trust|2026-01-01|never|never\n2,a secret,workload,k|client-secret|2026-01-01|never|never\n", source: "Other");
        (await ToldAsync(test, "F23")).ShouldBe(new Dictionary<string, Expected>(StringComparer.Ordinal) { ["pinned"] = Expected.DoesNotHold, ["pattern"] = Expected.Holds, ["one letter"] = Expected.Holds, ["untold"] = Expected.CannotTell }, ignoreOrder: true);

        static object App(string name, string subject) => new
        {
            id = Guid.CreateVersion7(),
            appId = Guid.CreateVersion7(),
            displayName = name,
            signInAudience = "AzureADMyOrg",
            createdDateTime = "2026-01-01T00:00:00Z",
            federatedIdentityCredentials = new[] { new { id = Guid.CreateVersion7(), name = "ci", issuer = "https://token.actions.githubusercontent.com", subject, audiences = new[] { "api://AzureADTokenExchange" } } },
        };
    }

    [Theory, EachDatabase]
    public async Task F24_a_tool_has_an_identity_of_the_same_name_in_another_kind_of_system(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Principals("https://claude.ai", "Claude sync", "Claude only here"), source: "Entra");
        await test.ImportAsync("external_id,name,kind,tool,purpose\n1,CLAUDE SYNC,service-account,Claude,sync\n2,other,service-account,Claude,sync\n3,claude ONLY here,service-account,Somebody else,sync\n", source: "Other");
        var told = await ToldAsync(test, "F24");
        (told["Claude sync"], told["CLAUDE SYNC"], told["other"], told["claude ONLY here"]).ShouldBe((Expected.Holds, Expected.Holds, Expected.DoesNotHold, Expected.DoesNotHold));
        // Its purpose is not reported, so whether it is the twin of those whose is can't be told.
        told["Claude only here"].ShouldBe(Expected.CannotTell);
    }

    [Theory, EachDatabase]
    public async Task F29_a_weak_method_and_a_key_of_one_bit_less_than_enough(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync("""
            external_id,name,kind,auth_method,key_size,credentials
            1,basic,service-account,basic,,
            2,federated,service-account,oidc federation,,
            3,2047 bits,service-account,,2047,cert|certificate|2026-01-01|2027-01-01|never
            4,2048 bits,service-account,,2048,cert|certificate|2026-01-01|2027-01-01|never
            5,a certificate,service-account,,,cert|certificate|2026-01-01|2027-01-01|never
            6,a password,service-account,,,pw|password|2026-01-01|never|never
            7,a secret,service-account,,,k|client-secret|2026-01-01|2027-01-01|never

            """);
        (await ToldAsync(test, "F29")).ShouldBe(new Dictionary<string, Expected>(StringComparer.Ordinal)
        {
            ["basic"] = Expected.Holds,
            ["federated"] = Expected.DoesNotHold,
            ["2047 bits"] = Expected.Holds,
            ["2048 bits"] = Expected.DoesNotHold,
            ["a certificate"] = Expected.CannotTell,
            ["a password"] = Expected.Holds,
            ["a secret"] = Expected.DoesNotHold,
        }, ignoreOrder: true);
    }

    private static string AppId(string name) => $"00000000-0000-0000-0000-{string.Concat(name.Select(c => ((int)c).ToString("x2", System.Globalization.CultureInfo.InvariantCulture))).PadLeft(12, '0')[^12..]}";

    private static string Principals(string homepage, params string[] names) => System.Text.Json.JsonSerializer.Serialize(new
    {
        servicePrincipals = names.Select(n => new { id = Guid.CreateVersion7(), appId = AppId(n), displayName = n, servicePrincipalType = "Application", accountEnabled = true, homepage }),
    });

    /// <summary>What the rule says of each identity that it is about, by name.</summary>
    private static async Task<Dictionary<string, Expected>> ToldAsync(TestDatabase test, string id, bool evaluate = false)
    {
        await test.Get<Followers>().CatchUpAsync(None);
        if (evaluate)
            await test.Get<FindingService>().EvaluateAsync(None);
        await using var db = test.Open();
        var (rule, context) = (FindingRules.Find(id)!, new RuleContext(db, test.Now, FindingPolicy.Default));
        var about = rule.Population(context, db.Identities.AsNoTracking());
        var silent = rule.Unreported is { } unreported ? await unreported(context, about).Select(i => i.Id).ToListAsync() : [];
        var open = await db.Findings.Where(f => f.RuleId == id && f.State == FindingState.Open).Select(f => f.IdentityId).ToListAsync();
        return await about.ToDictionaryAsync(i => i.DisplayName, i => open.Contains(i.Id) ? Expected.Holds : silent.Contains(i.Id) ? Expected.CannotTell : Expected.DoesNotHold);
    }
}
