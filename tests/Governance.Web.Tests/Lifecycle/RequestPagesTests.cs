using Bunit;
using Governance.Common;
using Governance.Lifecycle;
using Governance.People;
using Governance.Web.Features.Lifecycle;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Lifecycle;

/// <summary>Requests as their readers see them: who may decide, and what is refused in place.</summary>
public sealed class RequestPagesTests
{
    [Fact]
    public async Task An_administrator_approves_what_somebody_else_asked_for()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var page = context.Render<RequestsPage>();
        page.WaitForAssertion(() => page.Markup.ShouldContain("Nothing was asked for yet"));
        await AskedAsync(context);
        page = context.Render<RequestsPage>();
        _ = page.WaitForElement("button[aria-label='Approve report-agent']").ClickAsync(new());
        await context.AnswerAsync("Approve");
        context.Says("Approved.");
        page.WaitForAssertion(() => page.FindAll("button[aria-label='Approve report-agent']").ShouldBeEmpty());
        await using var db = await context.OpenAsync();
        (await db.IdentityRequests.SingleAsync()).State.ShouldBe(RequestState.Approved);
    }

    [Fact]
    public async Task An_auditor_reads_and_decides_nothing()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        await AskedAsync(context);
        var page = context.Render<RequestsPage>();
        page.WaitForElement("table").TextContent.ShouldContain("Writes the weekly report.");
        page.FindAll("td.acts button").ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_has_no_role_and_no_part_in_it_sees_nothing_of_it()
    {
        await using var context = await PageContext.OpenAsync();
        await AskedAsync(context);
        var page = context.Render<RequestsPage>();
        page.WaitForAssertion(() => page.Markup.ShouldContain("Nothing was asked for yet"));
        page.Markup.ShouldNotContain("report-agent");
    }

    [Fact]
    public async Task The_form_says_why_an_account_without_a_person_cannot_ask()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var page = context.Render<RequestPage>();
        page.WaitForElement(".mud-alert").TextContent.ShouldContain("not matched to a person");
    }

    private static async Task AskedAsync(PageContext context)
    {
        var source = (await context.IdentityAsync("other")).SourceId;
        var now = TimeProvider.System.Now();
        var (owner, requester) = (Person("Olga Owner", now), Person("Rita Requester", now));
        await context.SaveAsync(db => db.AddRange(owner, requester));
        var rita = new Actor(ActorKind.Person, Guid.CreateVersion7().ToString("D"), requester.Name, PersonId: requester.Id);
        (await context.Get<RequestService>().AskAsync(new RequestDraft(source, "report-agent", null, "Writes the weekly report.", null, owner.Id, [], now.AddDays(30)), rita, CancellationToken.None)).IsRefused.ShouldBeFalse();
    }

    private static Person Person(string name, DateTimeOffset now) => new() { Id = Ids.New(now), ExternalId = name, Name = name, FirstSeenAt = now, LastSeenAt = now, ContentHash = "x" };
}
