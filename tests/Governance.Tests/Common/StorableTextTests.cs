using System.Text;
using CsCheck;
using Governance.Common;

namespace Governance.Tests.Common;

public sealed class StorableTextTests
{
    [Fact]
    public void Whatever_comes_in_can_be_written_as_strict_UTF8_without_NUL() =>
        Gen.String[Gen.Char, 0, 40].Sample(text =>
        {
            var clean = StorableText.Clean(text);
            var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            strict.GetString(strict.GetBytes(clean)).ShouldBe(clean);
            clean.ShouldNotContain('\0');
        });

    // Not inline data: an attribute's text is stored as UTF-8, which has no lone surrogates.
    [Fact]
    public void Only_what_a_database_cannot_keep_is_replaced()
    {
        StorableText.Clean("plain é 漢字 😀").ShouldBe("plain é 漢字 😀");
        StorableText.Clean("a\0b").ShouldBe("a\uFFFDb");
        StorableText.Clean("\uD800x").ShouldBe("\uFFFDx");
        StorableText.Clean("x\uDC00").ShouldBe("x\uFFFD");
    }
}
