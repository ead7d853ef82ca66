using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Tests.Support;

namespace Governance.Tests.Findings;

public enum Expected
{
    Holds,
    DoesNotHold,
    CannotTell,
}

/// <summary>For each rule what it holds for, what it doesn't, the two sides of its limit, and what it can't tell.</summary>
internal sealed partial class RuleCases(TestDatabase test, Given given)
{
    private readonly List<(Guid Id, string What, Expected Expected)> cases = [];
    private DateTimeOffset Now => test.Now;

    public static IReadOnlyList<string> Rules { get; } = [.. Enumerable.Range(1, 30).Select(n => $"F{n:00}")];

    public async Task<IReadOnlyList<(Guid Id, string What, Expected Expected)>> MakeAsync(string rule)
    {
        await (rule switch
        {
            "F01" => OwnersAsync(OwnerState.None, OwnerState.Proposed),
            "F02" => OwnersAsync(OwnerState.Orphaned),
            "F05" => SharedAsync(),
            "F06" => EndlessAsync(),
            "F07" => OldAsync(),
            "F08" => SeveralAsync(),
            "F09" => EndingAsync(),
            "F10" => UnusedAsync(),
            "F11" => NeverUsedAsync(),
            "F13" => PrivilegedAsync(),
            "F15" => ConsentAsync(),
            "F20" => EnvironmentsAsync(),
            "F22" => AutonomousAsync(),
            "F26" => CertifiedAsync(),
            "F28" => ApprovedAsync(),
            "F03" => ConfirmedAsync(),
            "F04" => SeveralToolsAsync(),
            "F12" => OverPrivilegedAsync(),
            "F14" => EscalationAsync(),
            "F16" => LeaversConsentAsync(),
            "F17" => PublisherAsync(),
            "F18" => EmbeddedAsync(),
            "F19" => InheritedAsync(),
            "F21" => PersonAsync(),
            "F23" => TrustAsync(),
            "F24" => TwinsAsync(),
            "F25" => AliveAsync(),
            "F27" => DeniedAsync(),
            "F29" => WeakAsync(),
            "F30" => CallsAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(rule)),
        });
        return cases;
    }

    private async Task OwnersAsync(params OwnerState[] holding)
    {
        var ada = await given.PersonAsync("Ada");
        foreach (var state in Enum.GetValues<OwnerState>())
        {
            await CaseAsync($"owner {state}", holding.Contains(state) ? Expected.Holds : Expected.DoesNotHold, i => (i.OwnerState, i.OwnerId) = (state, state == OwnerState.None ? null : ada.Id));
            await CaseAsync($"owner {state}, decommissioned", Expected.DoesNotHold, i => (i.OwnerState, i.State) = (state, LifecycleState.Decommissioned));
            await CaseAsync($"owner {state}, missing", Expected.DoesNotHold, i => (i.OwnerState, i.MissingSince) = (state, Now));
        }
    }

    private async Task SharedAsync()
    {
        await SecretAsync("shared a", Expected.Holds, c => c.Fingerprint = "same");
        await SecretAsync("shared b", Expected.Holds, c => c.Fingerprint = "same");
        await SecretAsync("its own", Expected.DoesNotHold, c => c.Fingerprint = "other");
        await SecretAsync("like one that is gone", Expected.DoesNotHold, c => c.Fingerprint = "dead");
        await SecretAsync("gone", Expected.DoesNotHold, c => (c.Fingerprint, c.MissingSince) = ("dead", Now));
        await SecretAsync("no fingerprint", Expected.CannotTell, _ => { });
        await CaseAsync("no credential", Expected.DoesNotHold);
    }

    private async Task EndlessAsync()
    {
        await SecretAsync("never ends", Expected.Holds, c => c.Expiry = ExpiryState.Never);
        await SecretAsync("ends", Expected.DoesNotHold, c => (c.Expiry, c.ExpiresAt) = (ExpiryState.Known, Now.AddDays(1)));
        await SecretAsync("not reported", Expected.CannotTell, c => c.Expiry = ExpiryState.NotReported);
        await SecretAsync("disabled", Expected.DoesNotHold, c => (c.Expiry, c.Enabled) = (ExpiryState.Never, Reported.No));
        await SecretAsync("enabled not reported", Expected.Holds, c => (c.Expiry, c.Enabled) = (ExpiryState.Never, Reported.Unknown));
        await SecretAsync("a trust", Expected.DoesNotHold, c => c.Expiry = ExpiryState.Never, CredentialKind.FederatedTrust);
    }

    private async Task OldAsync()
    {
        await SecretAsync("a tick over 90 days", Expected.Holds, c => c.CreatedAt = Now.AddDays(-90).AddMilliseconds(-1));
        await SecretAsync("exactly 90 days", Expected.DoesNotHold, c => c.CreatedAt = Now.AddDays(-90));
        await SecretAsync("age not reported", Expected.CannotTell, c => c.CreatedAt = null);
        await SecretAsync("expired", Expected.DoesNotHold, c => (c.CreatedAt, c.ExpiresAt) = (Now.AddDays(-900), Now));
        await SecretAsync("a certificate", Expected.DoesNotHold, c => c.CreatedAt = Now.AddDays(-300), CredentialKind.Certificate);
    }

    private async Task SeveralAsync()
    {
        await TwoAsync("both beyond the window", Expected.Holds, Now.AddDays(-50), Now.AddDays(-7).AddMilliseconds(-1));
        await TwoAsync("one exactly at the window", Expected.DoesNotHold, Now.AddDays(-50), Now.AddDays(-7));
        await TwoAsync("age of one not reported", Expected.CannotTell, Now.AddDays(-50), null);
        await SecretAsync("one alone", Expected.DoesNotHold, c => c.CreatedAt = Now.AddDays(-50));

        async Task TwoAsync(string what, Expected expected, DateTimeOffset? first, DateTimeOffset? second)
        {
            var identity = await CaseAsync(what, expected);
            await given.CredentialAsync(identity, change: c => c.CreatedAt = first);
            await given.CredentialAsync(identity, change: c => c.CreatedAt = second);
        }
    }

    private async Task EndingAsync()
    {
        await SecretAsync("ends in 29 days, used yesterday", Expected.Holds, c => (c.ExpiresAt, c.Usage, c.LastUsedAt) = (Now.AddDays(29), UsageState.Used, Now.AddDays(-1)));
        await SecretAsync("ends in exactly 30 days", Expected.DoesNotHold, c => (c.ExpiresAt, c.Usage, c.LastUsedAt) = (Now.AddDays(30), UsageState.Used, Now.AddDays(-1)));
        await SecretAsync("used exactly 30 days ago", Expected.DoesNotHold, c => (c.ExpiresAt, c.Usage, c.LastUsedAt) = (Now.AddDays(2), UsageState.Used, Now.AddDays(-30)));
        await SecretAsync("use not reported", Expected.CannotTell, c => (c.ExpiresAt, c.Usage) = (Now.AddDays(2), UsageState.NotReported));
        await SecretAsync("certificates fail too", Expected.Holds, c => (c.ExpiresAt, c.Usage, c.LastUsedAt) = (Now.AddDays(2), UsageState.Used, Now), CredentialKind.Certificate);
    }

    private async Task UnusedAsync()
    {
        await CaseAsync("a tick over 90 days", Expected.Holds, i => (i.Usage, i.LastUsedAt) = (UsageState.Used, Now.AddDays(-90).AddMilliseconds(-1)));
        await CaseAsync("exactly 90 days", Expected.DoesNotHold, i => (i.Usage, i.LastUsedAt) = (UsageState.Used, Now.AddDays(-90)));
        await CaseAsync("not reported", Expected.CannotTell, i => i.Usage = UsageState.NotReported);
        await CaseAsync("not in a window of unknown length", Expected.CannotTell, i => i.Usage = UsageState.OutsideWindow);
        await CaseAsync("never used is another rule", Expected.DoesNotHold, i => i.Usage = UsageState.NeverUsed);
    }

    private async Task NeverUsedAsync()
    {
        await CaseAsync("a tick over 30 days", Expected.Holds, i => (i.Usage, i.CreatedInSourceAt) = (UsageState.NeverUsed, Now.AddDays(-30).AddMilliseconds(-1)));
        await CaseAsync("exactly 30 days", Expected.DoesNotHold, i => (i.Usage, i.CreatedInSourceAt) = (UsageState.NeverUsed, Now.AddDays(-30)));
        await CaseAsync("age not reported", Expected.CannotTell, i => i.Usage = UsageState.NeverUsed);
        await CaseAsync("use not reported", Expected.CannotTell, i => i.CreatedInSourceAt = Now.AddDays(-300));
        await CaseAsync("used", Expected.DoesNotHold, i => (i.Usage, i.LastUsedAt) = (UsageState.Used, Now));
    }

    private async Task PrivilegedAsync()
    {
        var named = await CaseAsync("named", Expected.Holds, i => i.Privileged = Reported.Yes);
        await given.GrantAsync(named, "Directory.ReadWrite.All", privileged: Reported.Yes);
        await given.GrantAsync(named, "RoleManagement.ReadWrite.Directory", privileged: Reported.Yes);
        await CaseAsync("not named", Expected.Holds, i => i.Privileged = Reported.Yes);
        await CaseAsync("not privileged", Expected.DoesNotHold, i => i.Privileged = Reported.No);
        await CaseAsync("not reported", Expected.CannotTell, i => i.Privileged = Reported.Unknown);
    }

    private async Task ConsentAsync()
    {
        await GrantsAsync("data and offline for all", Expected.Holds, "AllPrincipals", "Mail.Read", "offline_access");
        await GrantsAsync("offline and profile only", Expected.DoesNotHold, "AllPrincipals", "User.Read", "openid", "offline_access");
        await GrantsAsync("not offline", Expected.DoesNotHold, "AllPrincipals", "Mail.Read");
        await GrantsAsync("one user", Expected.DoesNotHold, "user-1", "Mail.Read", "offline_access");
        await GrantsAsync("whose consent is not reported", Expected.CannotTell, null, "Mail.Read", "offline_access");

        async Task GrantsAsync(string what, Expected expected, string? consent, params string[] scopes)
        {
            var identity = await CaseAsync(what, expected);
            foreach (var scope in scopes)
                await given.GrantAsync(identity, scope, GrantPath.Delegated, consent);
        }
    }

    private async Task EnvironmentsAsync()
    {
        await InAsync("production, shared with test", Expected.Holds, DeploymentEnvironment.Production, "x");
        await InAsync("test, shared with production", Expected.Holds, DeploymentEnvironment.Test, "x");
        await InAsync("test and development may share", Expected.DoesNotHold, DeploymentEnvironment.Test, "y");
        await InAsync("development and test may share", Expected.DoesNotHold, DeploymentEnvironment.Development, "y");
        await InAsync("environment not known", Expected.CannotTell, DeploymentEnvironment.Unknown, "x");
        await InAsync("no fingerprint", Expected.CannotTell, DeploymentEnvironment.Production, null);

        async Task InAsync(string what, Expected expected, DeploymentEnvironment environment, string? fingerprint)
        {
            var identity = await CaseAsync(what, expected, i => i.Environment = environment);
            await given.CredentialAsync(identity, change: c => c.Fingerprint = fingerprint);
        }
    }

    private async Task AutonomousAsync()
    {
        var (autonomous, supervised, unknown) = (await given.ToolAsync("Devin", Autonomy.Autonomous), await given.ToolAsync("Copilot"), await given.ToolAsync("Mystery", Autonomy.Unknown));
        await CaseAsync("privileged", Expected.Holds, i => (i.ToolId, i.Privileged) = (autonomous.Id, Reported.Yes));
        var secret = await CaseAsync("with a secret", Expected.Holds, i => (i.ToolId, i.Privileged) = (autonomous.Id, Reported.No));
        await given.CredentialAsync(secret);
        var trust = await CaseAsync("federated and not privileged", Expected.DoesNotHold, i => (i.ToolId, i.Privileged) = (autonomous.Id, Reported.No));
        await given.CredentialAsync(trust, CredentialKind.FederatedTrust);
        await CaseAsync("privilege not reported", Expected.CannotTell, i => i.ToolId = autonomous.Id);
        await CaseAsync("supervised", Expected.DoesNotHold, i => (i.ToolId, i.Privileged) = (supervised.Id, Reported.Yes));
        await CaseAsync("autonomy not known", Expected.CannotTell, i => (i.ToolId, i.Privileged) = (unknown.Id, Reported.Yes));
        await CaseAsync("no tool", Expected.DoesNotHold, i => i.Privileged = Reported.Yes);
    }

    private async Task CertifiedAsync()
    {
        await CaseAsync("certified exactly 365 days ago", Expected.DoesNotHold, i => (i.Privileged, i.LastCertifiedAt) = (Reported.No, Now.AddDays(-365)));
        await CaseAsync("a tick more", Expected.Holds, i => (i.Privileged, i.LastCertifiedAt) = (Reported.No, Now.AddDays(-365).AddMilliseconds(-1)));
        await CaseAsync("privileged, exactly 90 days", Expected.DoesNotHold, i => (i.Privileged, i.LastCertifiedAt) = (Reported.Yes, Now.AddDays(-90)));
        await CaseAsync("privileged, a tick more", Expected.Holds, i => (i.Privileged, i.LastCertifiedAt) = (Reported.Yes, Now.AddDays(-90).AddMilliseconds(-1)));
        await CaseAsync("privilege not reported, 100 days", Expected.CannotTell, i => i.LastCertifiedAt = Now.AddDays(-100));
        await CaseAsync("never, and old in its source", Expected.Holds, i => (i.Privileged, i.CreatedInSourceAt) = (Reported.No, Now.AddDays(-900)));
        await CaseAsync("never, and new", Expected.DoesNotHold, i => i.Privileged = Reported.Yes);
    }

    private async Task ApprovedAsync()
    {
        var (approved, wild) = (await given.ToolAsync("Copilot"), await given.ToolAsync("Wild", approved: false));
        await CaseAsync("approved", Expected.DoesNotHold, i => i.ToolId = approved.Id);
        await CaseAsync("not approved", Expected.Holds, i => i.ToolId = wild.Id);
        await CaseAsync("no tool", Expected.DoesNotHold);
    }

    private async Task SecretAsync(string what, Expected expected, Action<Credential> change, CredentialKind kind = CredentialKind.ClientSecret) =>
        await given.CredentialAsync(await CaseAsync(what, expected), kind, change);

    private async Task<Identity> CaseAsync(string what, Expected expected, Action<Identity>? change = null, Guid? source = null)
    {
        var identity = await given.IdentityAsync(change, source);
        cases.Add((identity.Id, what, expected));
        return identity;
    }
}
