using Governance.Connectors;
using Governance.Revocation;
using Governance.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Tests.Connectors;

/// <summary>The table in docs/connectors/README.md says what the code can do, and every kind has its page.</summary>
public sealed class ConnectorTableTests
{
    private const string Begin = "<!-- made from the code: begin -->";
    private const string End = "<!-- made from the code: end -->";

    private static IReadOnlyList<IConnectorKind> Kinds { get; } =
        [.. new ServiceCollection().AddSingleton(TimeProvider.System).AddConnectors().BuildServiceProvider().GetServices<IConnectorKind>().OrderBy(k => k.Title, StringComparer.Ordinal)];

    [Fact]
    public void The_table_is_what_the_code_can_do()
    {
        var page = File.ReadAllText(Repository.File("docs", "connectors", "README.md")).ReplaceLineEndings("\n");
        var table = Table();
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        (begin > 0 && end > begin).ShouldBeTrue("the table's marks");
        page[(begin + Begin.Length)..end].Trim().ShouldBe(table.Trim(), "paste this:\n" + table);
    }

    [Fact]
    public void Each_kind_has_its_page_which_says_the_least_that_it_needs()
    {
        Kinds.Count.ShouldBeGreaterThan(10);
        foreach (var kind in Kinds)
        {
            var page = Repository.File("docs", "connectors", kind.Kind + ".md");
            File.Exists(page).ShouldBeTrue(kind.Kind);
            if (kind.Kind != "webhook")
                File.ReadAllText(page).ShouldContain("least it needs", Case.Insensitive, kind.Kind);
        }

        Kinds.Select(k => k.Kind).Distinct(StringComparer.Ordinal).Count().ShouldBe(Kinds.Count);
        Kinds.Select(k => k.Title).Distinct(StringComparer.Ordinal).Count().ShouldBe(Kinds.Count);
    }

    [Fact]
    public void What_can_be_undone_has_a_way_back_and_what_cannot_has_none()
    {
        foreach (var kind in Kinds)
        {
            foreach (var ability in kind.Abilities.Where(a => a.Verb is RevocationVerb.Disable or RevocationVerb.Delete && a.Reversibility.Undoable))
            {
                foreach (var of in ability.Kinds.Count == 0 ? [default] : ability.Kinds)
                    kind.Ability(ability.On, RevocationVerb.Restore, of).ShouldNotBeNull($"{kind.Title}: {ability.On} {ability.Verb}");
            }

            kind.Abilities.Where(a => a.Verb == RevocationVerb.Disable).ShouldAllBe(a => a.Reversibility.Undoable, kind.Title);
        }
    }

    private static string Table() => "| Connector | What | Does | Sends | Can be undone |\n| --- | --- | --- | --- | --- |\n" + string.Concat(
        Kinds.SelectMany(k => k.Abilities.Select(a => $"| [{k.Title}]({k.Kind}.md) | {a.On} | {a.Verb} | {a.Sends} | {(a.Verb is RevocationVerb.Restore ? "is the way back" : a.Reversibility.ToString())} |\n")));
}
