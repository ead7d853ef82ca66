namespace Governance.Web.Features.Accounts;

/// <summary>A sign-in that the sign-in page shows. Only the demo registers any.</summary>
public sealed record SampleSignIn(string UserName, string Password, string Who);
