using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Ownership;
using Governance.People;
using Governance.Revocation;

namespace Governance.Tests.Findings;

/// <summary>The cases of rules on access, trust, tools and ends.</summary>
internal sealed partial class RuleCases
{
    private async Task ConfirmedAsync()
    {
        var ada = await given.PersonAsync("Ada");
        await OwnedAsync("accepted exactly 180 days ago", Expected.DoesNotHold, Now.AddDays(-180), null);
        await OwnedAsync("a tick more", Expected.Holds, Now.AddDays(-180).AddMilliseconds(-1), null);
        await OwnedAsync("accepted long ago, certified since", Expected.DoesNotHold, Now.AddDays(-400), Now.AddDays(-10));
        await OwnedAsync("accepted and certified long ago", Expected.Holds, Now.AddDays(-400), Now.AddDays(-200));
        await OwnedAsync("no date of acceptance", Expected.Holds, null, null);
        await CaseAsync("nobody owns it", Expected.DoesNotHold);

        async Task OwnedAsync(string what, Expected expected, DateTimeOffset? accepted, DateTimeOffset? certified)
        {
            var identity = await CaseAsync(what, expected, i => (i.OwnerState, i.OwnerId, i.LastCertifiedAt) = (OwnerState.Accepted, ada.Id, certified));
            if (accepted is { } at)
            {
                await given.SaveAsync(db => db.OwnerAssignments.Add(new OwnerAssignment
                {
                    Id = Ids.New(Now),
                    IdentityId = identity.Id,
                    PersonId = ada.Id,
                    Role = OwnerRole.Accountable,
                    State = AssignmentState.Accepted,
                    Since = at,
                    AssignedBy = "test",
                    AnsweredAt = at,
                }));
            }
        }
    }

    private async Task SeveralToolsAsync()
    {
        var (one, two) = (await given.ToolAsync("Copilot"), await given.ToolAsync("Devin"));
        var shared = await CaseAsync("its twin acts for another tool", Expected.Holds, i => i.ToolId = one.Id);
        var twin = await CaseAsync("the twin", Expected.Holds, i => i.ToolId = two.Id);
        await given.LinkAsync(shared, twin, LinkKind.SameAs);
        var parent = await CaseAsync("a parent of two tools' features", Expected.Holds);
        foreach (var tool in new[] { one, two })
            await given.LinkAsync(parent, await CaseAsync($"a feature of {tool.Name}", Expected.DoesNotHold, i => i.ToolId = tool.Id), LinkKind.ParentOf);
        var same = await CaseAsync("its twin acts for the same tool", Expected.DoesNotHold, i => i.ToolId = one.Id);
        await given.LinkAsync(same, await CaseAsync("that twin", Expected.DoesNotHold, i => i.ToolId = one.Id), LinkKind.SameAs);
        var split = await CaseAsync("a person said that they have nothing to do with each other", Expected.DoesNotHold, i => i.ToolId = one.Id);
        await given.LinkAsync(split, await CaseAsync("the other of those", Expected.DoesNotHold, i => i.ToolId = two.Id), LinkKind.SameAs, LinkState.Split);
        var used = await CaseAsync("something whose tool is not known acts as it", Expected.CannotTell, i => i.ToolId = one.Id);
        await given.LinkAsync(await CaseAsync("that something", Expected.DoesNotHold), used, LinkKind.ActsAs);
        await CaseAsync("no tool", Expected.DoesNotHold);
    }

    private async Task OverPrivilegedAsync()
    {
        await UsesAsync("half unused", Expected.Holds, ["a", "b"], [], [("a", true, 1), ("b", false, 0)]);
        await UsesAsync("less than half unused", Expected.DoesNotHold, ["a", "b", "c"], [], [("a", true, 1), ("b", true, 1), ("c", false, 0)]);
        await UsesAsync("something privileged unused", Expected.Holds, ["a", "b", "c"], ["admin"], [("a", true, 1), ("b", true, 1), ("c", true, 1), ("admin", false, 0)]);
        await UsesAsync("used exactly 90 days ago", Expected.DoesNotHold, ["a"], [], [("a", true, 90)]);
        await UsesAsync("used 91 days ago", Expected.Holds, ["a"], [], [("a", true, 91)]);
        await UsesAsync("told by service", Expected.Holds, ["s3:GetObject", "sqs:SendMessage"], [], [("s3", true, 1), ("sqs", false, 0)]);
        await UsesAsync("use not reported", Expected.CannotTell, ["a"], ["admin"], []);
        await UsesAsync("use reported of something else", Expected.CannotTell, ["a"], [], [("b", false, 0)]);
        await CaseAsync("no access at all", Expected.DoesNotHold);

        async Task UsesAsync(string what, Expected expected, string[] plain, string[] privileged, (string Access, bool Used, int DaysAgo)[] uses)
        {
            var identity = await CaseAsync(what, expected);
            foreach (var name in plain)
                await given.GrantAsync(identity, name);
            foreach (var name in privileged)
                await given.GrantAsync(identity, name, privileged: Reported.Yes);
            await given.SaveAsync(db => db.AccessUses.AddRange(uses.Select(u => new AccessUse { IdentityId = identity.Id, Access = u.Access, Used = u.Used, LastUsedAt = u.Used ? Now.AddDays(-u.DaysAgo) : null })));
        }
    }

    private async Task EscalationAsync()
    {
        var (aws, other) = (await given.SourceAsync(SourceSystem.Aws), await given.SourceAsync(SourceSystem.Aws));
        var admin = await HoldsAsync("administrator already", Expected.DoesNotHold, aws, "*", "*");
        await HoldsAsync("gives itself any right", Expected.Holds, aws, "iam:PutUserPolicy", "*");
        await HoldsAsync("makes anybody's keys", Expected.Holds, aws, "iam:CreateAccessKey", "*");
        await HoldsAsync("makes its own keys only", Expected.DoesNotHold, aws, "iam:CreateAccessKey", "arn:aws:iam::1:user/${aws:username}");
        await HoldsAsync("reads data", Expected.DoesNotHold, aws, "s3:GetObject", "*");
        await HoldsAsync("makes keys where nobody is an administrator", Expected.DoesNotHold, other, "iam:CreateAccessKey", "*");
        var middle = await HoldsAsync("may assume the administrator", Expected.Holds, aws, "sts:AssumeRole", "arn:aws:iam::1:role/Admin");
        await given.SaveAsync(db => db.IdentityKeys.Add(new IdentityKey { IdentityId = admin.Id, Kind = IdentityKeyKind.AwsArn, Value = "arn:aws:iam::1:role/admin", Refers = false, Place = "arn" }));
        var far = await CaseAsync("is let in as the one that may", Expected.Holds, i => i.Privileged = Reported.No, await given.SourceAsync(SourceSystem.Kubernetes));
        await given.LinkAsync(far, middle, LinkKind.ActsAs);
        await HoldsAsync("may assume a role that leads nowhere", Expected.DoesNotHold, aws, "sts:AssumeRole", "arn:aws:iam::1:role/Reader");
        await CaseAsync("what it may do is not reported", Expected.CannotTell);
        await using var db = test.Open();
        await new PowerPass(db).RunAsync(CancellationToken.None);

        async Task<Identity> HoldsAsync(string what, Expected expected, Guid source, string permission, string resource)
        {
            var identity = await CaseAsync(what, expected, i => i.Privileged = Reported.No, source);
            await given.GrantAsync(identity, permission, resource: resource);
            return identity;
        }
    }

    private async Task LeaversConsentAsync()
    {
        var here = await given.PersonAsync("Ada");
        var gone = await given.PersonAsync("Bob", p => (p.Status, p.LeftOn) = (PersonStatus.Left, Now));
        var leaving = await given.PersonAsync("Cyd", p => (p.Status, p.LeftOn) = (PersonStatus.Left, Now.AddMilliseconds(1)));
        await ConsentedAsync("of someone who left this very instant", Expected.Holds, gone.ExternalId);
        await ConsentedAsync("of someone who left, by mail", Expected.Holds, gone.Mail);
        await ConsentedAsync("of someone who leaves a tick later", Expected.DoesNotHold, leaving.ExternalId);
        await ConsentedAsync("of someone who works here", Expected.DoesNotHold, here.ExternalId);
        await ConsentedAsync("for everybody", Expected.DoesNotHold, "AllPrincipals");
        await ConsentedAsync("of someone whom the directory does not know", Expected.CannotTell, "zed");
        await ConsentedAsync("of whom is not reported", Expected.CannotTell, null);
        await CaseAsync("not delegated", Expected.DoesNotHold);

        async Task ConsentedAsync(string what, Expected expected, string? consent) => await given.GrantAsync(await CaseAsync(what, expected), "Mail.Read", GrantPath.Delegated, consent);
    }

    private async Task PublisherAsync()
    {
        await SignedAsync("not verified", Expected.Holds, SignKind.PublisherVerified, Reported.No);
        await SignedAsync("verified", Expected.DoesNotHold, SignKind.PublisherVerified, Reported.Yes);
        await CaseAsync("not reported", Expected.CannotTell);
        await CaseAsync("a service account of one's own", Expected.DoesNotHold, i => i.Kind = IdentityKind.ServiceAccount);
        var breach = new DateTimeOffset(2025, 8, 19, 0, 0, 0, TimeSpan.Zero);
        await given.SignAsync(await CaseAsync("of a vendor breached since", Expected.Holds, i => (i.Publisher, i.CreatedInSourceAt) = ("Salesloft", breach)), SignKind.PublisherVerified, Reported.Yes);
        await given.SignAsync(await CaseAsync("of that vendor, made a tick after the breach", Expected.DoesNotHold, i => (i.Publisher, i.CreatedInSourceAt) = ("Salesloft", breach.AddMilliseconds(1))), SignKind.PublisherVerified, Reported.Yes);
        var tool = await given.ToolAsync("Drift");
        await given.SignAsync(await CaseAsync("for a tool of that vendor", Expected.Holds, i => (i.ToolId, i.CreatedInSourceAt) = (tool.Id, breach.AddDays(-90))), SignKind.PublisherVerified, Reported.Yes);
    }

    private async Task EmbeddedAsync()
    {
        await FoundAsync("found, not known whether it works", Expected.Holds, Reported.Unknown);
        await FoundAsync("found, and it works", Expected.Holds, Reported.Yes);
        await FoundAsync("found, and it does not work", Expected.DoesNotHold, Reported.No);
        var literal = await CaseAsync("an MCP server with a secret in its configuration", Expected.Holds, i => i.Kind = IdentityKind.McpServer);
        await given.CredentialAsync(literal, CredentialKind.Token, c => c.Fingerprint = "f");
        var placeholder = await CaseAsync("an MCP server that names a variable", Expected.DoesNotHold, i => i.Kind = IdentityKind.McpServer);
        await given.CredentialAsync(placeholder, CredentialKind.Token);
        await SecretAsync("not from a scan", Expected.DoesNotHold, c => c.Fingerprint = "g");

        async Task FoundAsync(string what, Expected expected, Reported works)
        {
            var identity = await CaseAsync(what, expected, i => (i.Kind, i.Enabled) = (IdentityKind.ApiToken, works));
            await given.SignAsync(identity, SignKind.EmbeddedSecret, Reported.Yes, "gitleaks found it 2 times");
            await given.CredentialAsync(identity, CredentialKind.Token, c => c.Enabled = works);
        }
    }

    private async Task InheritedAsync()
    {
        var (declared, silent) = (await given.ToolAsync("Copilot"), await given.ToolAsync("Mystery"));
        await given.SaveAsync(db => db.ToolNeeds.Add(new ToolNeed { ToolId = declared.Id, Permission = "Files.Read", Pattern = ToolNeed.PatternOf("Files.Read"), DeclaredBy = "Eve", DeclaredAt = Now, Reason = "its manual" }));
        var parent = await CaseAsync("the parent", Expected.DoesNotHold);
        await ChildAsync("beyond the need", Expected.Holds, declared.Id, "Files.Read", "Mail.Read");
        await ChildAsync("exactly the need", Expected.DoesNotHold, declared.Id, "Files.Read");
        await ChildAsync("nobody declared what the tool needs", Expected.CannotTell, silent.Id, "Files.Read");
        await ChildAsync("no tool known", Expected.CannotTell, null, "Mail.Read");
        await given.GrantAsync(await CaseAsync("its own access only", Expected.DoesNotHold, i => i.ToolId = declared.Id), "Mail.Read");

        async Task ChildAsync(string what, Expected expected, Guid? tool, params string[] permissions)
        {
            var child = await CaseAsync(what, expected, i => i.ToolId = tool);
            foreach (var permission in permissions)
                await given.GrantAsync(child, permission, GrantPath.Inherited, inheritedFrom: parent.Id);
        }
    }

    private async Task PersonAsync()
    {
        var aws = await given.SourceAsync(SourceSystem.Aws);
        await SignedAsync("the source says that a person signs in", Expected.Holds, SignKind.UsedByPerson, Reported.Yes);
        await SignedAsync("the source says that none does", Expected.DoesNotHold, SignKind.UsedByPerson, Reported.No);
        await CaseAsync("not reported", Expected.CannotTell);
        await PasswordAsync("a console password that is used", Expected.Holds, aws, UsageState.Used);
        await PasswordAsync("a console password that never was", Expected.DoesNotHold, aws, UsageState.NeverUsed);
        await PasswordAsync("a console password whose use is not reported", Expected.CannotTell, aws, UsageState.NotReported);
        await PasswordAsync("a password elsewhere is not a console's", Expected.CannotTell, await given.SourceAsync(SourceSystem.PostgreSql), UsageState.Used);

        async Task PasswordAsync(string what, Expected expected, Guid source, UsageState usage) =>
            await given.CredentialAsync(await CaseAsync(what, expected, source: source), CredentialKind.Password, c => (c.Usage, c.LastUsedAt) = (usage, usage == UsageState.Used ? Now : null));
    }

    private async Task TrustAsync()
    {
        await SignedAsync("a pattern", Expected.Holds, SignKind.BroadTrust, Reported.Yes);
        await SignedAsync("pinned", Expected.DoesNotHold, SignKind.BroadTrust, Reported.No);
        await SecretAsync("a trust whose subject is not reported", Expected.CannotTell, _ => { }, CredentialKind.FederatedTrust);
        await SecretAsync("a trust that is gone", Expected.DoesNotHold, c => c.MissingSince = Now, CredentialKind.FederatedTrust);
        await CaseAsync("trusts nobody", Expected.DoesNotHold);
    }

    private async Task TwinsAsync()
    {
        var (aws, gcp) = (await given.SourceAsync(SourceSystem.Aws), await given.SourceAsync(SourceSystem.Gcp));
        var secondAws = await given.SourceAsync(SourceSystem.Aws);
        var (tool, other) = (await given.ToolAsync("Copilot"), await given.ToolAsync("Devin"));
        await InAsync("same name in AWS", Expected.Holds, aws, tool, "indexer", "a");
        await InAsync("same name in Google", Expected.Holds, gcp, tool, "Indexer", "b");
        await InAsync("same purpose in AWS", Expected.Holds, aws, tool, "x1", "Reads invoices");
        await InAsync("same purpose in Google", Expected.Holds, gcp, tool, "x2", "reads invoices");
        await InAsync("another tool", Expected.DoesNotHold, gcp, other, "indexer", "e");
        await InAsync("two accounts of the same cloud", Expected.DoesNotHold, aws, other, "bot", "f");
        await InAsync("the second of those", Expected.DoesNotHold, secondAws, other, "bot", "g");
        await given.LinkAsync(await InAsync("linked", Expected.DoesNotHold, aws, tool, "linked", "h"), await InAsync("to it", Expected.DoesNotHold, gcp, tool, "linked", "i"), LinkKind.SameAs, LinkState.Confirmed);
        await InAsync("purpose not reported", Expected.CannotTell, aws, tool, "alone", null);
        await CaseAsync("no tool", Expected.DoesNotHold);

        Task<Identity> InAsync(string what, Expected expected, Guid source, Tool of, string name, string? purpose) =>
            CaseAsync(what, expected, i => (i.ToolId, i.DisplayName, i.Purpose) = (of.Id, name, purpose), source);
    }

    private async Task AliveAsync()
    {
        await GoneAsync("seen enabled a tick later", Expected.Holds, Now.AddDays(-1), Reported.Yes, Now.AddDays(-1).AddMilliseconds(1));
        await GoneAsync("last seen at the very instant", Expected.CannotTell, Now.AddDays(-1), Reported.Yes, Now.AddDays(-1));
        await GoneAsync("seen disabled", Expected.DoesNotHold, Now.AddDays(-1), Reported.No, Now);
        await GoneAsync("seen, but not whether enabled", Expected.CannotTell, Now.AddDays(-1), Reported.Unknown, Now);
        await GoneAsync("used since", Expected.Holds, Now.AddDays(-2), Reported.Unknown, Now, used: Now.AddDays(-1));
        await GoneAsync("no longer in its source", Expected.DoesNotHold, Now.AddDays(-1), Reported.Yes, Now, missing: true);
        await CaseAsync("active", Expected.DoesNotHold, i => (i.State, i.Enabled) = (LifecycleState.Active, Reported.Yes));

        Task GoneAsync(string what, Expected expected, DateTimeOffset since, Reported enabled, DateTimeOffset seen, DateTimeOffset? used = null, bool missing = false) => CaseAsync(what, expected, i =>
            (i.State, i.StateSince, i.Enabled, i.LastSeenAt, i.LastUsedAt, i.MissingSince) = (LifecycleState.Decommissioned, since, enabled, seen, used, missing ? Now : null));
    }

    private async Task DeniedAsync()
    {
        await OrderedAsync("a tick over seven days", Expected.Holds, Now.AddDays(-7).AddMilliseconds(-1), RemediationState.InProgress);
        await OrderedAsync("exactly seven days", Expected.DoesNotHold, Now.AddDays(-7), RemediationState.InProgress);
        await OrderedAsync("done and not seen so", Expected.Holds, Now.AddDays(-9), RemediationState.Succeeded);
        await OrderedAsync("seen gone", Expected.DoesNotHold, Now.AddDays(-9), RemediationState.Verified);
        await OrderedAsync("withdrawn", Expected.DoesNotHold, Now.AddDays(-9), RemediationState.Skipped, OrderState.Withdrawn);
        await OrderedAsync("ordered for another cause", Expected.DoesNotHold, Now.AddDays(-9), RemediationState.Open, cause: RevocationCause.Unowned);
        await OrderedAsync("a later import saw it disabled", Expected.DoesNotHold, Now.AddDays(-9), RemediationState.ManualPending, change: i => i.Enabled = Reported.No);
        await CaseAsync("nobody denied it", Expected.DoesNotHold);

        async Task OrderedAsync(string what, Expected expected, DateTimeOffset at, RemediationState remediation, OrderState state = OrderState.Due, RevocationCause cause = RevocationCause.Denied, Action<Identity>? change = null)
        {
            var identity = await CaseAsync(what, expected, change);
            await given.SaveAsync(db => db.RevocationOrders.Add(new RevocationOrder
            {
                Id = Ids.New(Now),
                IdentityId = identity.Id,
                SourceId = identity.SourceId,
                Cause = cause,
                Reason = "test",
                OrderedAt = at,
                OrderedBy = "test",
                State = state,
                Remediation = remediation,
                EndedAt = state == OrderState.Withdrawn ? Now : null,
            }));
        }
    }

    private async Task WeakAsync()
    {
        await SignedAsync("a classic token", Expected.Holds, SignKind.WeakAuthentication, Reported.Yes);
        await SignedAsync("a modern flow", Expected.DoesNotHold, SignKind.WeakAuthentication, Reported.No);
        await SecretAsync("a password", Expected.Holds, _ => { }, CredentialKind.Password);
        await SecretAsync("a password that is disabled, and nothing else", Expected.CannotTell, c => c.Enabled = Reported.No, CredentialKind.Password);
        await SecretAsync("a trust", Expected.DoesNotHold, _ => { }, CredentialKind.FederatedTrust);
        await SecretAsync("a certificate of unknown size", Expected.CannotTell, _ => { }, CredentialKind.Certificate);
        await SecretAsync("a token of unknown kind", Expected.CannotTell, _ => { }, CredentialKind.Token);
        await CaseAsync("no credential reported", Expected.CannotTell);
    }

    private async Task CallsAsync()
    {
        var tool = await given.ToolAsync("Copilot");
        await CaseAsync("acts for a tool", Expected.CannotTell, i => i.ToolId = tool.Id);
        await CaseAsync("an agent", Expected.CannotTell, i => i.Kind = IdentityKind.Agent);
        await CaseAsync("something else", Expected.DoesNotHold);
    }

    private async Task SignedAsync(string what, Expected expected, SignKind kind, Reported answer) => await given.SignAsync(await CaseAsync(what, expected), kind, answer);
}
