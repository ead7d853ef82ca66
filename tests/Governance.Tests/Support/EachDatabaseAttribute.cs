using System.Reflection;
using Governance.Persistence;
using Xunit.Sdk;
using Xunit.v3;

namespace Governance.Tests.Support;

/// <summary>Runs a theory on each database that runs here: SQLite and PostgreSQL.</summary>
public sealed class EachDatabaseAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>([new TheoryDataRow<DatabaseProvider>(DatabaseProvider.Sqlite), new TheoryDataRow<DatabaseProvider>(DatabaseProvider.PostgreSql)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
