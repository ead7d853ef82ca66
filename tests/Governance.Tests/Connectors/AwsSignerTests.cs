using Governance.Connectors.Aws;
using Governance.Tests.Support;

namespace Governance.Tests.Connectors;

/// <summary>AWS's published test suite for Signature Version 4 (tests/data/aws-sigv4, Apache-2.0): request in, Authorization header out.</summary>
public sealed class AwsSignerTests
{
    public static TheoryData<string> Vectors => [.. Directory.EnumerateFiles(Repository.File("tests", "data", "aws-sigv4"), "*.req").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void The_suite_is_there() => Vectors.Count.ShouldBeGreaterThan(15);

    [Theory, MemberData(nameof(Vectors))]
    public void It_signs_as_AWS_does(string name)
    {
        var folder = Repository.File("tests", "data", "aws-sigv4");
        var text = File.ReadAllText(Path.Combine(folder, name + ".req")).ReplaceLineEndings("\n");
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var (head, body) = end < 0 ? (text, string.Empty) : (text[..end], text[(end + 2)..]);
        var lines = head.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].IndexOf(' ');
        var last = lines[0].LastIndexOf(' ');
        var address = new Uri("https://example.amazonaws.com" + lines[0][(first + 1)..last]);
        var expected = File.ReadAllText(Path.Combine(folder, name + ".authz")).Trim();
        // The suite signs the length of the body in one of its cases only.
        var headers = lines.Skip(1).Select(l => (Name: l[..l.IndexOf(':')], Value: l[(l.IndexOf(':') + 1)..])).Where(h => expected.Contains(h.Name.ToLowerInvariant(), StringComparison.Ordinal)).ToList();
        var signer = new AwsSigner("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service", TimeProvider.System);
        signer.Sign(lines[0][..first], address.AbsolutePath, address.Query, headers, body, "20150830T123600Z").ShouldBe(expected);
    }
}
