using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.People;
using Governance.Persistence;

namespace Governance.Tests.Support;

/// <summary>Records with sensible defaults, made directly in the tables; a test says only what it is about.</summary>
public sealed class Given(TestDatabase test)
{
    private Guid? source;
    private int number;

    public static Actor Engineer { get; } = new(ActorKind.Person, "eve", "Eve Engineer", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.SecurityEngineer });

    public static Actor Visitor { get; } = new(ActorKind.Person, "vic", "Vic Visitor");

    public static Actor As(Person person, params string[] roles) =>
        new(ActorKind.Person, person.ExternalId, person.Name, person.Id, Roles: new HashSet<string>(roles, StringComparer.Ordinal));

    public async Task<Person> PersonAsync(string name, Action<Person>? change = null)
    {
        var person = new Person
        {
            Id = Ids.New(test.Now),
            ExternalId = $"p{++number}",
            Name = name,
            Mail = name.ToLowerInvariant().Replace(' ', '.') + "@example.com",
            FirstSeenAt = test.Now,
            LastSeenAt = test.Now,
            ContentHash = "x",
        };
        change?.Invoke(person);
        await SaveAsync(db => db.People.Add(person));
        return person;
    }

    public async Task<Guid> SourceAsync()
    {
        if (source is { } known)
            return known;
        source = Ids.New(test.Now);
        await SaveAsync(db => db.Sources.Add(new Source { Id = source.Value, Name = "Entra contoso", System = SourceSystem.Entra, CreatedAt = test.Now }));
        return source.Value;
    }

    /// <summary>Another source, of a kind of its own.</summary>
    public async Task<Guid> SourceAsync(SourceSystem system)
    {
        var id = Ids.New(test.Now);
        await SaveAsync(db => db.Sources.Add(new Source { Id = id, Name = $"{system} {++number}", System = system, CreatedAt = test.Now, LastFullImportAt = test.Now }));
        return id;
    }

    public Task LinkAsync(Identity from, Identity to, LinkKind kind, LinkState state = LinkState.Candidate) => SaveAsync(db => db.IdentityLinks.Add(new IdentityLink
    {
        Id = Ids.New(test.Now),
        FromId = from.Id,
        ToId = to.Id,
        Kind = kind,
        Rule = LinkRule.AppId,
        Evidence = "test",
        State = state,
        FirstSeenAt = test.Now,
    }));

    public Task SignAsync(Identity identity, SignKind kind, Reported answer, string detail = "told by the test") =>
        SaveAsync(db => db.IdentitySigns.Add(new IdentitySign { IdentityId = identity.Id, Kind = kind, Answer = answer, Detail = detail }));

    public async Task<Tool> ToolAsync(string name, Autonomy autonomy = Autonomy.Supervised, bool approved = true)
    {
        var tool = new Tool { Id = Ids.New(test.Now), Name = name, Autonomy = autonomy, CreatedAt = test.Now, ApprovedAt = approved ? test.Now : null };
        await SaveAsync(db => db.Tools.Add(tool));
        return tool;
    }

    /// <summary>An unowned service principal that nothing else is said of.</summary>
    public async Task<Identity> IdentityAsync(Action<Identity>? change = null, Guid? source = null)
    {
        var identity = new Identity
        {
            Id = Ids.New(test.Now),
            SourceId = source ?? await SourceAsync(),
            ExternalId = $"i{++number}",
            DisplayName = $"identity-{number}",
            Kind = IdentityKind.ServicePrincipal,
            Attributes = "{}",
            ContentHash = "x",
            FirstSeenAt = test.Now,
            LastSeenAt = test.Now,
            State = LifecycleState.Discovered,
            StateSince = test.Now,
            UnownedSince = test.Now,
        };
        change?.Invoke(identity);
        await SaveAsync(db => db.Identities.Add(identity));
        return identity;
    }

    public async Task<Credential> CredentialAsync(Identity identity, CredentialKind kind = CredentialKind.ClientSecret, Action<Credential>? change = null)
    {
        var credential = new Credential { Id = Ids.New(test.Now), IdentityId = identity.Id, ExternalId = $"c{++number}", Kind = kind, Enabled = Reported.Yes };
        change?.Invoke(credential);
        await SaveAsync(db => db.Credentials.Add(credential));
        return credential;
    }

    public async Task GrantAsync(Identity identity, string permission, GrantPath path = GrantPath.Direct, string? consent = null, Reported privileged = Reported.No, string? resource = null, Guid? inheritedFrom = null)
    {
        var entitlement = new Entitlement { Id = Ids.New(test.Now), SourceId = identity.SourceId, Key = $"{permission}|{++number}", Name = permission, Resource = resource, Privileged = privileged };
        await SaveAsync(db =>
        {
            db.Entitlements.Add(entitlement);
            db.Grants.Add(new Grant { Id = Ids.New(test.Now), IdentityId = identity.Id, EntitlementId = entitlement.Id, Path = path, Consent = consent, InheritedFromId = inheritedFrom, FirstSeenAt = test.Now });
        });
    }

    public async Task SaveAsync(Action<GovernanceDb> change)
    {
        await using var db = test.Open();
        change(db);
        await db.SaveChangesAsync();
    }
}
