using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Inventory.Formats;

/// <summary>On the examples of RFC 7643, RFC 7644 and of the agents' draft.</summary>
public sealed class ScimTests
{
    [Fact]
    public async Task Agents_and_their_application_arrive_and_twice_or_in_another_order_changes_nothing()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var first = await test.ImportFileAsync("scim", "agent-draft-examples.json");
        first.Counts().ShouldBe((4, 4, 0, 0, 0, 0, 0));
        (first.Format, first.NotInventoried).ShouldBe(("scim", 2));
        first.Message!.ShouldContain("ResourceType 2");
        (await test.ImportAsync(FormatTesting.Reversed(FormatTesting.Text("scim", "agent-draft-examples.json")))).Counts().ShouldBe((4, 0, 0, 4, 0, 0, 0));
        (await test.IdentityAsync("Clippy 2.0")).Kind.ShouldBe(IdentityKind.Agent);
        var platform = await test.DetailAsync("AI Assistant Platform");
        (platform.Identity.Kind, platform.Identity.Enabled, platform.Identity.LastUsedAt).ShouldBe((IdentityKind.Application, Reported.Yes, new DateTimeOffset(2024, 6, 20, 17, 45, 0, TimeSpan.Zero)));
        platform.Credentials.ShouldHaveSingleItem().DisplayName.ShouldBe("OAuth client 0oa1qwerty of https://idp.example.com");
        (await test.IdentityAsync("Customer Support Agent")).ParentExternalId.ShouldBe("b57f8a91-4bc7-4b43-9f9c-2885c4b6c1e0");
        (await test.IdentityAsync("Knowledge Retrieval Agent")).ParentExternalId.ShouldBeNull();
    }

    [Theory]
    [InlineData("rfc7643-8.1-user-minimal.json", 1)]
    [InlineData("rfc7643-8.2-user-full.json", 1)]
    [InlineData("rfc7644-3.4.2-list_response-partial_attributes.json", 2)]
    public async Task People_are_told_and_not_taken(string file, int people)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportFileAsync("scim", file);
        run.Counts().ShouldBe((0, 0, 0, 0, 0, 0, 0));
        (run.Format, run.NotInventoried).ShouldBe(("scim", people));
        (await test.FoundInBytesAsync("t1meMa$heen")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_user_of_type_service_is_an_identity_with_its_groups_and_without_its_password()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync(FormatTesting.Text("scim", "rfc7643-8.2-user-full.json").Replace("\"Employee\"", "\"Service Account\"", StringComparison.Ordinal));
        run.Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        var user = await test.DetailAsync("Babs Jensen");
        (user.Identity.Kind, user.Identity.Enabled).ShouldBe((IdentityKind.ServiceAccount, Reported.Yes));
        user.Credentials.Select(c => c.Kind).ShouldBe([CredentialKind.Password, CredentialKind.Certificate], ignoreOrder: true);
        user.Grants.Count.ShouldBe(3);
        user.Grants.ShouldAllBe(g => g.Path == GrantPath.Inherited && g.Privileged == Reported.Unknown);
        (await test.FoundInBytesAsync("t1meMa$heen")).ShouldBeEmpty();
    }
}
