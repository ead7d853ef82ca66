namespace Governance.Web.Demo;

/// <summary>An AI tool of the sample organisation.</summary>
/// <param name="Name">As the catalogue of the product names it, or the organisation's own name.</param>
/// <param name="App">How its applications are called in sources.</param>
/// <param name="Site">Where its applications say that they live; null for the organisation's own.</param>
/// <param name="Department">Who uses it most.</param>
/// <param name="Autonomy">How freely it acts.</param>
/// <param name="Approved">Whether someone looked at it and said yes.</param>
internal sealed record DemoTool(string Name, string App, string? Site, string Department, string Autonomy, bool Approved)
{
    public bool Internal => Site is null;
}

/// <summary>The thirty AI tools of the sample organisation: twenty bought, ten its own.</summary>
internal static class DemoTools
{
    public static IReadOnlyList<DemoTool> All { get; } =
    [
        new("Notion AI", "Notion AI", "https://www.notion.com", "Marketing", "assistive", true),
        new("GitHub Copilot", "GitHub Copilot", "https://githubcopilot.com", "Engineering", "assistive", true),
        new("ChatGPT", "ChatGPT Enterprise", "https://chatgpt.com", "Data & AI", "assistive", true),
        new("Claude", "Claude", "https://claude.ai", "Engineering", "supervised", true),
        new("Google Gemini", "Gemini AI", "https://aistudio.google.com", "Data & AI", "assistive", true),
        new("Glean", "Glean Search", "https://app.glean.com", "IT Operations", "assistive", true),
        new("Otter.ai", "Otter.ai", "https://otter.ai", "Sales", "assistive", false),
        new("Fireflies", "Fireflies.ai", "https://fireflies.ai", "Sales", "assistive", false),
        new("Cursor", "Cursor", "https://cursor.com", "Engineering", "supervised", true),
        new("Zapier", "Zapier AI", "https://zapier.com", "Marketing", "autonomous", false),
        new("Grammarly", "Grammarly", "https://www.grammarly.com", "Legal & Compliance", "assistive", true),
        new("Microsoft Copilot Studio", "Copilot Studio", "https://copilotstudio.microsoft.com", "IT Operations", "supervised", true),
        new("Perplexity", "Perplexity", "https://www.perplexity.ai", "Marketing", "assistive", false),
        new("Gong", "Gong", "https://app.gong.io", "Sales", "assistive", true),
        new("Moveworks", "Moveworks", "https://www.moveworks.com", "IT Operations", "supervised", true),
        new("Hugging Face", "Hugging Face", "https://huggingface.co", "Data & AI", "assistive", true),
        new("LangChain / LangSmith", "LangSmith", "https://smith.langchain.com", "Data & AI", "assistive", true),
        new("Pinecone", "Pinecone", "https://app.pinecone.io", "Data & AI", "assistive", true),
        new("ElevenLabs", "ElevenLabs", "https://elevenlabs.io", "Marketing", "assistive", false),
        new("Intercom Fin", "Intercom Fin", "https://www.intercom.com", "Customer Support", "autonomous", true),
        new("Invoice triage agent", "invoice-triage", null, "Finance", "autonomous", true),
        new("Contract review agent", "contract-review", null, "Legal & Compliance", "supervised", true),
        new("Support reply agent", "support-reply", null, "Customer Support", "supervised", true),
        new("SRE incident agent", "sre-incident", null, "Engineering", "autonomous", true),
        new("Onboarding agent", "onboarding", null, "IT Operations", "supervised", true),
        new("Sales forecast agent", "sales-forecast", null, "Sales", "assistive", true),
        new("Data catalogue MCP", "data-catalogue-mcp", null, "Data & AI", "supervised", true),
        new("Release notes agent", "release-notes", null, "Engineering", "assistive", false),
        new("Vendor risk agent", "vendor-risk", null, "Security", "supervised", true),
        new("Expense audit agent", "expense-audit", null, "Finance", "autonomous", false),
    ];

    public static IEnumerable<DemoTool> Bought => All.Where(t => !t.Internal);

    public static IEnumerable<DemoTool> Own => All.Where(t => t.Internal);
}
