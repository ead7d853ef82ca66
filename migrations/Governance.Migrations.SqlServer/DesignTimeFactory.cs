using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Governance.Migrations;

/// <summary>Lets dotnet-ef make migrations without a database.</summary>
public sealed class DesignTimeFactory : IDesignTimeDbContextFactory<GovernanceDb>
{
    public GovernanceDb CreateDbContext(string[] args) =>
        new((DbContextOptions<GovernanceDb>)new DbContextOptionsBuilder<GovernanceDb>().UseGovernanceDatabase(DatabaseProvider.SqlServer, "Server=localhost").Options);
}
