using Governance.Common;
using Governance.Inventory;

namespace Governance.Tests.Inventory;

/// <summary>What fields of each source's own words come to.</summary>
public sealed class SignTests
{
    [Theory]
    [InlineData(SourceSystem.Entra, """{"appOwnerOrganizationId":"other","verifiedPublisher":{"displayName":null}}""", SignKind.PublisherVerified, Reported.No)]
    [InlineData(SourceSystem.Entra, """{"appOwnerOrganizationId":"other","verifiedPublisher":{"displayName":"Contoso"}}""", SignKind.PublisherVerified, Reported.Yes)]
    [InlineData(SourceSystem.Entra, """{"appOwnerOrganizationId":"home"}""", SignKind.PublisherVerified, Reported.Yes)]
    [InlineData(SourceSystem.Entra, """{"appOwnerOrganizationId":"other"}""", SignKind.PublisherVerified, null)]
    [InlineData(SourceSystem.Entra, """{"verifiedPublisher":null}""", SignKind.PublisherVerified, null)]
    [InlineData(SourceSystem.Aws, """{"trustKind":"anyone+account"}""", SignKind.BroadTrust, Reported.Yes)]
    [InlineData(SourceSystem.Aws, """{"federatedTrusts":[{"issuer":"https://token.actions.githubusercontent.com","subjects":["repo:acme/*"]}]}""", SignKind.BroadTrust, Reported.Yes)]
    [InlineData(SourceSystem.Aws, """{"federatedTrusts":[{"issuer":"https://token.actions.githubusercontent.com","subjects":[]}]}""", SignKind.BroadTrust, Reported.Yes)]
    [InlineData(SourceSystem.Aws, """{"federatedTrusts":[{"issuer":"https://token.actions.githubusercontent.com","subjects":["repo:acme/app:ref:refs/heads/main"],"audiences":["sts.amazonaws.com"]}]}""", SignKind.BroadTrust, Reported.No)]
    [InlineData(SourceSystem.Aws, """{"federatedTrusts":[{"issuer":"https://x","subjects":["a"],"audiences":["*"]}]}""", SignKind.BroadTrust, Reported.Yes)]
    [InlineData(SourceSystem.Gcp, """{"federatedTrusts":[{"issuer":"https://x","subjects":[],"condition":"assertion.repository == 'acme/app'"}]}""", SignKind.BroadTrust, Reported.No)]
    [InlineData(SourceSystem.Gcp, """{"federatedTrusts":[{"issuer":"https://x","subjects":[],"condition":"true"}]}""", SignKind.BroadTrust, null)]
    [InlineData(SourceSystem.Generic, """{"interactive":"true"}""", SignKind.UsedByPerson, Reported.Yes)]
    [InlineData(SourceSystem.Generic, """{"interactive":"perhaps"}""", SignKind.UsedByPerson, null)]
    [InlineData(SourceSystem.Okta, """{"signOnMode":"BASIC_AUTH"}""", SignKind.WeakAuthentication, Reported.Yes)]
    [InlineData(SourceSystem.Okta, """{"signOnMode":"SAML_2_0"}""", SignKind.WeakAuthentication, Reported.No)]
    [InlineData(SourceSystem.Generic, """{"key_size":"2047"}""", SignKind.WeakAuthentication, Reported.Yes)]
    [InlineData(SourceSystem.Generic, """{"key_size":2048}""", SignKind.WeakAuthentication, Reported.No)]
    [InlineData(SourceSystem.Generic, """{"scanner":"gitleaks","rule":"x","sightings":2,"seen at 01":["a.py:3"]}""", SignKind.EmbeddedSecret, Reported.Yes)]
    [InlineData(SourceSystem.Generic, "[]", SignKind.EmbeddedSecret, null)]
    [InlineData(SourceSystem.Generic, "{", SignKind.EmbeddedSecret, null)]
    public void A_field_says_yes_or_no_or_nothing(SourceSystem system, string attributes, SignKind kind, Reported? expected) =>
        SignReader.Read(Guid.Empty, system, IdentityKind.ServicePrincipal, "home", attributes).Signs.Where(s => s.Kind == kind).Select(s => (Reported?)s.Answer).SingleOrDefault().ShouldBe(expected);

    [Fact]
    public void Use_is_told_by_service_and_by_permission()
    {
        var uses = SignReader.Read(Guid.Empty, SourceSystem.Aws, IdentityKind.Role, null, """{"serviceUse":[{"access":"s3","at":"2026-11-01T00:00:00Z"},{"access":"sqs","at":null}],"unused_permissions":"a; b"}""").Uses;
        uses.Select(u => (u.Access, u.Used, u.LastUsedAt?.Day)).ShouldBe([("s3", true, 1), ("sqs", false, null), ("a", false, null), ("b", false, null)]);
    }

    [Theory]
    [InlineData(SourceSystem.Aws, "iam:PutRolePolicy", "*", EscalationPower.EditsGrants, "*")]
    [InlineData(SourceSystem.Aws, "sts:AssumeRole", "arn:aws:iam::1:role/Admin", EscalationPower.ActsAs, "arn:aws:iam::1:role/admin")]
    [InlineData(SourceSystem.Aws, "s3:GetObject", "*", EscalationPower.None, null)]
    [InlineData(SourceSystem.Entra, "Application.ReadWrite.All", null, EscalationPower.EditsCredentials, "*")]
    [InlineData(SourceSystem.Gcp, "roles/iam.serviceAccountTokenCreator", "projects/p/serviceAccounts/a@p.iam.gserviceaccount.com", EscalationPower.ActsAs, "a@p.iam.gserviceaccount.com")]
    [InlineData(SourceSystem.Kubernetes, "ClusterRole cluster-admin", "cluster", EscalationPower.Administers, "*")]
    public void A_power_is_known_by_its_sources_name(SourceSystem system, string name, string? resource, EscalationPower power, string? over) =>
        EscalationPowers.Of(system, name, resource, null).ShouldBe(new PowerRating(power, over));
}
