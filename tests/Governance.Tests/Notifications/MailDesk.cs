using Governance.Common;
using Governance.Connectors.Mail;
using Governance.Notifications;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace Governance.Tests.Notifications;

/// <summary>A console with people who are told things, and a mail server that takes their letters.</summary>
internal sealed class MailDesk(TestDatabase test, MailServer server) : IAsyncDisposable
{
    public static readonly Actor Administrator = new(ActorKind.Person, "ann", "Ann Admin", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Administrator });
    private readonly Dictionary<string, Person> people = new(StringComparer.Ordinal);
    private int number;

    public TestDatabase Test => test;

    public MailServer Server => server;

    public IReadOnlyList<MimeMessage> Letters => [.. server.Letters.Select(Parse)];

    public static async Task<MailDesk> OpenAsync(DatabaseProvider provider, MailServer? server = null, Action<MailOptions>? change = null, Action<IServiceCollection>? more = null)
    {
        server ??= new MailServer();
        return new MailDesk(await TestDatabase.CreateAsync(provider, services =>
        {
            services.AddSingleton<IMessageChannel, SmtpChannel>();
            services.Configure<MailOptions>(o =>
            {
                (o.Host, o.Port, o.Security, o.From, o.ConsoleAddress) = ("127.0.0.1", server.Port, MailSecurity.None, "Console <console@example.com>", "https://console.example");
                change?.Invoke(o);
            });
            more?.Invoke(services);
        }), server);
    }

    public async ValueTask DisposeAsync()
    {
        await test.DisposeAsync();
        await server.DisposeAsync();
    }

    public async Task<Person> PersonAsync(string name, Action<Person>? change = null)
    {
        if (people.TryGetValue(name, out var known))
            return known;
        var person = new Person
        {
            Id = Ids.New(test.Now),
            ExternalId = "hr-" + name,
            Name = name,
            Mail = name.ToLowerInvariant() + "@example.com",
            FirstSeenAt = test.Now,
            LastSeenAt = test.Now,
            ContentHash = "x",
        };
        change?.Invoke(person);
        await using var db = test.Open();
        db.People.Add(person);
        await db.SaveChangesAsync();
        return people[name] = person;
    }

    public async Task TellAsync(string name, string kind, string title, string? link = null, Action<Person>? change = null, DateTimeOffset? due = null)
    {
        var person = await PersonAsync(name, change);
        await test.Get<MessageService>().AddAsync([new MessageDraft(person.Id, kind, $"{name}{kind}{++number}", title, "Body of it", link, due)], CancellationToken.None);
    }

    public Task<DeliveryRound> PumpAsync() => test.Get<DeliveryService>().PumpAsync(CancellationToken.None);

    public async Task<MessageDelivery> DeliveryAsync()
    {
        await using var db = test.Open();
        return await db.MessageDeliveries.AsNoTracking().SingleAsync();
    }

    private static MimeMessage Parse(string letter)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(letter));
        return MimeMessage.Load(stream);
    }
}
