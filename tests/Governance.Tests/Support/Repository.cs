namespace Governance.Tests.Support;

/// <summary>Where the checkout is, for tests that read its files.</summary>
public static class Repository
{
    public static string Root { get; } = Governance.Persistence.DataDirectory.HomeDirectory();

    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);
}
