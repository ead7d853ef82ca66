using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.Extensions.Options;

namespace Governance.Tests.Persistence;

public sealed class InstallationLockTests
{
    [Fact]
    public async Task A_second_process_on_one_SQLite_folder_is_refused_and_told_what_to_do()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var options = Options.Create(new GovernanceOptions { DataDirectory = test.Folder });
        using var first = new InstallationLock(new DataDirectory(options), options);
        using var second = new InstallationLock(new DataDirectory(options), options);
        first.Take().ShouldBeNull();
        var refusal = second.Take().ShouldNotBeNull();
        refusal.Code.ShouldBe("database.in-use");
        refusal.Message.ShouldContain(test.Folder);
    }

    [Fact]
    public async Task The_lock_is_free_again_when_its_holder_has_ended()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var options = Options.Create(new GovernanceOptions { DataDirectory = test.Folder });
        using (var first = new InstallationLock(new DataDirectory(options), options))
            first.Take().ShouldBeNull();
        using var second = new InstallationLock(new DataDirectory(options), options);
        second.Take().ShouldBeNull();
    }
}
