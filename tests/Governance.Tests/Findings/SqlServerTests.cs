using Governance.Findings;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Governance.Tests.Findings;

public sealed class SqlServerTests
{
    public static TheoryData<string> Rules { get; } = new(RuleCases.Rules);

    /// <summary>SQL Server does not run here: what can be checked is that each rule has a translation and that its text is T-SQL.</summary>
    [Theory, MemberData(nameof(Rules))]
    public void Each_rule_is_also_TSql(string id)
    {
        var options = new DbContextOptionsBuilder<GovernanceDb>();
        options.UseGovernanceDatabase(DatabaseProvider.SqlServer, "Server=nowhere;Database=none");
        using var db = new GovernanceDb(options.Options);
        var (rule, context) = (FindingRules.Find(id)!, new RuleContext(db, TestDatabase.Noon, FindingPolicy.Default));
        var hits = rule.Holds(context, rule.Population(context, db.Identities));
        string[] texts = [rule.Evidence(context, hits).ToQueryString(), rule.Unreported?.Invoke(context, hits).ToQueryString() ?? "SELECT 1", rule.Worse?.Invoke(context, hits).ToQueryString() ?? "SELECT 1"];
        foreach (var text in texts)
        {
            new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(text), out var errors);
            errors.Select(e => $"{e.Line}: {e.Message}").ShouldBeEmpty(text);
        }
    }
}
