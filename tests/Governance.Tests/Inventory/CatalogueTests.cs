using Governance.Inventory;

namespace Governance.Tests.Inventory;

/// <summary>What the shipped catalogue recognises, how sure it is, and what it must leave alone.</summary>
public sealed class CatalogueTests
{
    private static readonly ToolCatalogue Catalogue = new();

    [Fact]
    public void An_exact_application_id_is_certain()
    {
        var match = Catalogue.Match("E0476654-C1D5-430B-AB80-70CBD947616A", "anything", null, [])!;
        (match.Name, match.Rule, match.Strength, match.Autonomy, match.Catalogue).ShouldBe(("ChatGPT", EvidenceRule.AppId, EvidenceStrength.Certain, Autonomy.Assistive, Catalogue.Version));
        match.Evidence.ShouldContain("is listed in the catalogue");
    }

    [Theory]
    [InlineData("https://api.anthropic.com/v1", "Anthropic API")]
    [InlineData("https://connect.claude.ai/oauth/callback", "Claude")]
    [InlineData("https://myopenai.com/callback", null)]
    [InlineData("https://openai.com.evil.example/", null)]
    [InlineData("https://notclaude.ai/", null)]
    [InlineData("not an address", null)]
    public void An_address_counts_by_its_domain_and_never_by_a_part_of_it(string address, string? tool)
    {
        var match = Catalogue.Match(null, "x", null, [address]);
        match?.Name.ShouldBe(tool);
        (match is null).ShouldBe(tool is null);
        match?.Strength.ShouldBe(EvidenceStrength.Strong);
    }

    [Theory]
    [InlineData("Claudette payroll")]
    [InlineData("Bardolph")]
    [InlineData("Bard of Avon archive")]
    [InlineData("Cursory check")]
    [InlineData("Gemini Dental booking")]
    [InlineData("Llama trekking")]
    [InlineData("OpenAIR scheduling")]
    [InlineData("Perplexityx")]
    [InlineData("Mistralian wind farm")]
    [InlineData("Notion of a plan")]
    [InlineData("Copilot checklist for pilots")]
    [InlineData("Poetry slam")]
    [InlineData("Writer's room")]
    [InlineData("Gamma ray detector")]
    [InlineData("Jasper Johns exhibition")]
    [InlineData("Dust extraction control")]
    [InlineData("Memory test")]
    public void A_name_that_only_sounds_like_one_is_left_alone(string name) => Catalogue.Find(new ToolClues(name), null).ShouldBeNull();

    [Theory]
    [InlineData("claude-bedrock-proxy", "Claude")]
    [InlineData("svc_claude_code_ci", "Claude Code")]
    [InlineData("ChatGPT Connector", "ChatGPT")]
    [InlineData("BedrockAPIKey-x1y2", "Amazon Bedrock")]
    public void A_whole_word_of_the_name_suggests_and_marks_nothing(string name, string tool)
    {
        var match = Catalogue.Find(new ToolClues(name), null)!;
        (match.Name, match.Rule, match.Strength).ShouldBe((tool, EvidenceRule.Word, EvidenceStrength.Suggestion));
        match.Evidence.ShouldContain("suggestion");
        Catalogue.Match(null, name, null, []).ShouldBeNull();
    }

    [Theory]
    [InlineData("sk-ant-api03-R2D...igAA", "Anthropic API")]
    [InlineData("sk-proj-...abcd", "OpenAI API")]
    [InlineData("hf_abcd...", "Hugging Face")]
    [InlineData("SK-ANT-api03", null)]
    [InlineData("sk-live-1234", null)]
    public void The_beginning_of_a_key_is_a_strong_lead(string hint, string? tool) => Catalogue.Match(new ToolClues("x") { KeyHints = [hint] })?.Name.ShouldBe(tool);

    [Fact]
    public void A_GitHub_app_goes_by_its_whole_slug()
    {
        Catalogue.Match(new ToolClues("x") { GitHubApp = "coderabbitai" })!.Strength.ShouldBe(EvidenceStrength.Certain);
        Catalogue.Match(new ToolClues("x") { GitHubApp = "coderabbitai-test" }).ShouldBeNull();
    }

    [Fact]
    public void A_package_goes_without_its_version()
    {
        Catalogue.Match(new ToolClues("x") { Packages = ["-y", "@anthropic-ai/claude-code@latest"] })!.Name.ShouldBe("Claude Code");
        Catalogue.Match(new ToolClues("x") { Variables = ["OPENAI_API_KEY"] })!.Name.ShouldBe("OpenAI API");
    }

    [Fact]
    public void Stronger_evidence_goes_before_weaker()
    {
        var match = Catalogue.Find(new ToolClues("Claude helper") { AppIds = ["e0476654-c1d5-430b-ab80-70cbd947616a"], Addresses = ["https://cursor.com"] }, null)!;
        match.Name.ShouldBe("ChatGPT");
    }

    [Fact]
    public void Own_entries_go_before_shipped_ones_of_the_same_strength_and_not_before_stronger()
    {
        var own = new EntryIndex([new CatalogueEntry(EvidenceRule.Word, "claude", "Claude Dupont's robot", null, Autonomy.Unknown, "own")]);
        Catalogue.Find(new ToolClues("claude x"), own)!.Name.ShouldBe("Claude Dupont's robot");
        Catalogue.Find(new ToolClues("claude x") { Addresses = ["https://claude.ai"] }, own)!.Name.ShouldBe("Claude");
    }

    [Fact]
    public void Every_shipped_entry_finds_its_own_tool_and_none_is_an_everyday_word()
    {
        Catalogue.Entries.Count.ShouldBeGreaterThan(380);
        Catalogue.Entries.Where(e => e.Rule == EvidenceRule.Word).ShouldAllBe(e => e.Value.Length >= 3);
        foreach (var entry in Catalogue.Entries.Where(e => e.Rule == EvidenceRule.Word))
            Catalogue.Find(new ToolClues($"my {entry.Value} robot"), null)!.Strength.ShouldBe(EvidenceStrength.Suggestion, entry.Value);
        foreach (var entry in Catalogue.Entries.Where(e => e.Rule == EvidenceRule.Domain))
            Catalogue.Match(null, "x", null, [$"https://a.{entry.Value}/b"])!.Name.ShouldBe(entry.Tool, entry.Value);
        string[] everyday = ["claude dupont", "sales", "backup", "agent", "assistant", "bot", "copilot", "gemini", "bard", "llama", "cursor", "writer", "notion", "glean", "harvey", "gong"];
        everyday.Skip(1).ShouldAllBe(w => Catalogue.Find(new ToolClues(w), null) == null);
    }
}
