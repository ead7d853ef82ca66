namespace Governance.Inventory;

/// <summary>Permissions that only something to do with AI asks for. Their names are whole parts of what the systems call them.</summary>
internal static class AiPermissions
{
    /// <summary>Publishers of the platforms themselves: what they hold in their own systems tells nothing.</summary>
    public static readonly string[] FirstParties = ["Microsoft", "Microsoft Corporation", "Amazon Web Services", "Google", "GitHub"];

    public static IQueryable<Entitlement> Of(IQueryable<Entitlement> all) => all.Where(e =>
        e.Name.StartsWith("AiEnterpriseInteraction.") || e.Name.StartsWith("AgentCard.") || e.Name.StartsWith("AgentIdentity") || e.Name.StartsWith("AgentRegistration.") || e.Name.StartsWith("CopilotPackages.")
        || e.Name.StartsWith("CopilotSettings") || e.Name.StartsWith("CopilotConversation") || e.Name.StartsWith("MLModel.") || e.Name.StartsWith("bedrock:") || e.Name.StartsWith("bedrock-agentcore:") || e.Name.StartsWith("sagemaker:")
        || e.Name.StartsWith("roles/aiplatform.") || e.Name.StartsWith("roles/ml.") || e.Name.StartsWith("roles/discoveryengine.")
        || e.Name.Contains("/auth/generative-language") || e.Name.Contains("/auth/aiplatform") || e.Name.Contains("/auth/cloud-vertex") || e.Name.StartsWith("Cognitive Services OpenAI") || e.Name.StartsWith("copilot"));
}
