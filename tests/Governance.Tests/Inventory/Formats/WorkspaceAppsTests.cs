using System.Text;
using System.Text.Json.Nodes;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory.Formats;

/// <summary>Google Workspace's tokens and Slack's apps. Slack's own samples are empty of values; those with values are written after its documentation.</summary>
public sealed class WorkspaceAppsTests
{
    [Fact]
    public async Task Google_tokens_of_many_users_are_one_identity_per_client_and_dates_are_not_reported()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportFileAsync("google-workspace", "oauth-tokens-by-user.json");
        (run.Format, run.Created, run.Attached, run.Rejected).ShouldBe(("google-workspace-tokens", 2, 1, 0));
        var slack = (await test.ByNameAsync())["Slack"].Identity;
        (slack.ExternalId, slack.Kind, slack.Usage, slack.CreatedInSourceAt, slack.Enabled).ShouldBe(("123456789.apps.googleusercontent.com", IdentityKind.OAuthGrant, UsageState.NotReported, null, Reported.Unknown));
        slack.Description.ShouldBe("Third-party app with access given by 2 users");
        await using (var db = test.Open())
        {
            (await db.Grants.CountAsync(g => g.Path == GrantPath.Delegated && g.Consent == "2 users")).ShouldBe(2);
            (await db.Grants.CountAsync(g => g.Consent == "1 user")).ShouldBe(1);
        }

        var csv = await test.ImportFileAsync("google-workspace", "gam-tokens.csv");
        (csv.Format, csv.Created, csv.Changed, csv.Unchanged).ShouldBe(("google-workspace-tokens", 0, 0, 2));
        var users = JsonNode.Parse(FormatTesting.Text("google-workspace", "oauth-tokens-by-user.json"))!.AsObject();
        var backwards = new JsonObject(users.Reverse().Select(u => KeyValuePair.Create(u.Key, u.Value?.DeepClone())));
        (await test.ImportAsync(Encoding.UTF8.GetBytes(backwards.ToJsonString()))).Counts().ShouldBe((2, 0, 0, 2, 0, 0, 0));
        var items = await test.ImportAsync("""{"kind":"admin#directory#tokenList","etag":"e","items":[{"kind":"admin#directory#token","etag":"x","clientId":"77.apps","userKey":"u1","displayText":"Other","scopes":["openid"]},{"kind":"admin#directory#token","displayText":"No client"}]}""");
        (items.Format, items.Created, items.Rejected).ShouldBe(("google-workspace-tokens", 1, 1));
    }

    [Fact]
    public async Task Slack_logs_are_replayed_by_date_whatever_their_order()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportFileAsync("slack", "integration-logs-written.json");
        (run.Format, run.Created, run.Attached, run.Rejected).ShouldBe(("slack-apps", 3, 2, 0));
        var found = await test.ByNameAsync();
        (found["ChatGPT"].Identity.Enabled, found["ChatGPT"].Identity.OwnerHint).ShouldBe((Reported.Yes, "billy"));
        found["ChatGPT"].Identity.CreatedInSourceAt.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1392163201));
        found["Old Bot"].Identity.Enabled.ShouldBe(Reported.No);
        found["Google Calendar"].Identity.CreatedInSourceAt.ShouldBeNull();
        await using (var db = test.Open())
        {
            var id = found["ChatGPT"].Identity.Id;
            (await db.Grants.CountAsync(g => g.IdentityId == id)).ShouldBe(3);
        }

        var log = JsonNode.Parse(FormatTesting.Text("slack", "integration-logs-written.json"))!.AsObject();
        log["logs"] = new JsonArray([.. log["logs"]!.AsArray().Reverse().Select(n => n!.DeepClone())]);
        (await test.ImportAsync(Encoding.UTF8.GetBytes(log.ToJsonString()))).Counts().ShouldBe((3, 0, 0, 3, 0, 0, 0));
    }

    [Fact]
    public async Task Approved_apps_join_the_log_by_app_id()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync(FormatTesting.Zip(("approved.json", FormatTesting.Data("slack", "approved-apps-written.json")), ("log.json", FormatTesting.Data("slack", "integration-logs-written.json"))));
        (run.Created, run.Attached, run.Rejected).ShouldBe((3, 3, 0));
        var app = (await test.ByNameAsync())["ChatGPT"].Identity;
        (app.Description, app.Enabled, app.OwnerHint, app.Privileged).ShouldBe(("OpenAI's assistant", Reported.Yes, "billy", Reported.Yes));
        app.ToolEvidence.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("team-integration-logs.json", 1, 0, null)]
    [InlineData("admin-apps-approved.json", 0, 1, null)]
    [InlineData("admin.apps.restricted.list.json", 0, 1, null)]
    [InlineData("admin.apps.requests.list.json", 0, 0, "requests for apps")]
    public async Task Slacks_own_empty_samples_are_recognised_and_told(string file, int created, int rejected, string? notInventoried)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportFileAsync("slack", file);
        (run.Format, run.Created, run.Rejected).ShouldBe(("slack-apps", created, rejected), run.Message);
        if (notInventoried is not null)
            run.Message!.ShouldContain(notInventoried);
    }
}
