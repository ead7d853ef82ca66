using Bunit;
using Governance.Accounts;
using Governance.Common;
using Governance.Evidence;
using Governance.Web.Features.Evidence;
using Governance.Web.Tests.Support;

namespace Governance.Web.Tests.Evidence;

/// <summary>The page of one package: the second person, issuing, sharing, and the portal of whom it was shared with.</summary>
public sealed class PackagePageTests
{
    private static readonly Actor Grace = new(ActorKind.Person, "grace", "Grace Hopper", Roles: new HashSet<string> { Roles.Auditor });

    [Fact]
    public async Task A_second_person_approves_issues_and_shares_it()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        var package = await MakeAsync(context, Grace);
        await context.SaveAsync(db => db.Add(new Account { Id = Guid.CreateVersion7(), UserName = "olga", NormalizedUserName = "OLGA", DisplayName = "Olga Outside" }));
        var page = context.Render<PackagePage>(p => p.Add(x => x.Id, package.Id));
        await PressAsync(context, page, "Approve");
        page.WaitForAssertion(() => page.FindAll(".path li.done").Count.ShouldBe(2));
        await PressAsync(context, page, "Issue");
        page.WaitForAssertion(() => page.FindAll(".path li.done").Count.ShouldBe(3), TimeSpan.FromSeconds(60));
        page.Find(".share").TextContent.ShouldContain("An account without a role can read this package");
        page.Find(".command").TextContent.ShouldContain(context.Get<Governance.Audit.Signing.SigningKeys>().Current.Kid);
    }

    [Fact]
    public async Task Who_prepared_it_is_refused_in_words()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        var package = await MakeAsync(context, context.Me);
        var page = context.Render<PackagePage>(p => p.Add(x => x.Id, package.Id));
        await PressAsync(context, page, "Approve");
        page.WaitForElement(".mud-alert").TextContent.ShouldContain("You prepared this package");
        page.FindAll(".path li.done").Count.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_role_it_is_not_there_until_it_was_shared_and_then_it_can_only_be_read()
    {
        await using var context = await PageContext.OpenAsync();
        var package = await MakeAsync(context, Grace);
        context.Render<PackagePage>(p => p.Add(x => x.Id, package.Id)).WaitForElement(".empty").TextContent.ShouldContain("not shared with you");
        context.Render<SharedPage>().WaitForElement(".empty");
        var ada = new Actor(ActorKind.Person, "ada2", "Other Auditor", Roles: new HashSet<string> { Roles.Auditor });
        (await context.Get<EvidenceIssuing>().ApproveAsync(package.Id, ada, CancellationToken.None)).OrThrow();
        (await context.Get<EvidenceIssuing>().IssueAsync(package.Id, ada, CancellationToken.None)).OrThrow();
        (await context.Get<EvidenceSharing>().ShareAsync(package.Id, Guid.Parse(context.Me.Id), TimeProvider.System.GetUtcNow().AddDays(3), ada, CancellationToken.None)).OrThrow();
        var page = context.Render<PackagePage>(p => p.Add(x => x.Id, package.Id));
        page.WaitForElement("a[download]");
        page.FindAll("button").ShouldBeEmpty();
        page.FindAll(".share").ShouldBeEmpty();
        context.Render<SharedPage>().WaitForElement("tbody a").GetAttribute("href").ShouldBe($"/evidence/{package.Id}");
    }

    private static async Task<EvidencePackage> MakeAsync(PageContext context, Actor by)
    {
        await context.IdentityAsync("invoice-agent");
        var now = TimeProvider.System.GetUtcNow();
        return (await context.Get<EvidenceService>().MakeAsync(new EvidenceRequest("soc-2", now.AddDays(-30), now), by, null, CancellationToken.None)).OrThrow();
    }

    /// <summary>Presses the page's button and the one of the dialog that it opens; the first is done when the second was answered.</summary>
    private static async Task PressAsync(PageContext context, IRenderedComponent<PackagePage> page, string button)
    {
        page.WaitForElement(".path");
        var pressed = page.FindAll("button").Single(b => b.TextContent.Trim() == button).ClickAsync(new());
        await context.AnswerAsync(button);
        await pressed;
    }
}
