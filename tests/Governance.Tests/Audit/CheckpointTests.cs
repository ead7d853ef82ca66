using Governance.Audit;
using Governance.Audit.Checkpoints;
using Governance.Audit.Merkle;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Audit;

public sealed class CheckpointTests
{
    [Theory, EachDatabase]
    public async Task A_checkpoint_goes_on_from_the_last_one_and_proves_every_entry(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var service = test.Get<CheckpointService>();
        (await service.MakeAsync(default)).ShouldBeNull();
        await test.AppendAsync(300);
        var first = (await service.MakeAsync(default))!;
        (await service.MakeAsync(default))!.Signature.ShouldBe(first.Signature, "nothing came since");
        await test.AppendAsync(300);
        var second = (await service.MakeAsync(default))!;
        (first.Size, second.Size).ShouldBe((300, 600));
        await using var db = test.Open();
        var tree = LogTree.Of(db, second.Size);
        Convert.ToHexStringLower(await tree.RootAsync(default)).ShouldBe(second.Root);
        MerkleProof.IsConsistent(300, 600, Convert.FromHexString(first.Root), Convert.FromHexString(second.Root), await tree.ConsistencyAsync(300, default)).ShouldBeTrue();
        var entry = await db.AuditEntries.SingleAsync(e => e.Sequence == 17);
        MerkleProof.Includes(16, 600, MerkleHash.LeafOfEntry(entry.Hash), await tree.InclusionAsync(16, default), Convert.FromHexString(second.Root)).ShouldBeTrue();
        var report = await test.Get<ChainVerifier>().VerifyAsync(default);
        (report.Intact, report.Checkpoints, report.Problem).ShouldBe((true, 2, null));
        (await File.ReadAllLinesAsync(Path.Combine(test.Folder, "audit-checkpoints.jsonl"))).Length.ShouldBe(2);
    }

    [Theory, EachDatabase]
    public async Task Two_that_sign_at_once_make_one_checkpoint(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.AppendAsync(5);
        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => test.Get<CheckpointService>().MakeAsync(default)));
        made.Select(c => c!.Signature).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_is_signed_over_a_changed_entry()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.AppendAsync(5);
        await test.TamperAsync("UPDATE \"AuditEntries\" SET \"Reason\"='other' WHERE \"Sequence\"=4");
        (await Should.ThrowAsync<AuditBrokenException>(() => test.Get<CheckpointService>().MakeAsync(default))).Sequence.ShouldBe(4);
        await using var db = test.Open();
        (await db.AuditCheckpoints.CountAsync()).ShouldBe(0);
    }

    [Theory, EachDatabase]
    public async Task A_log_that_was_rewritten_as_a_whole_is_found_by_its_checkpoints(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.AppendAsync(10);
        await test.Get<CheckpointService>().MakeAsync(default);
        await test.AppendAsync(600);
        await test.Get<CheckpointService>().MakeAsync(default);
        await test.ForgeAsync(400, "forged");
        var report = await test.Get<ChainVerifier>().VerifyAsync(default);
        report.Intact.ShouldBeFalse();
        report.FirstBroken.ShouldBe(257, "the kept root of entries 257 to 512 is the first that does not fit");
        report.Problem!.ShouldContain("rewritten");
    }

    [Theory, EachDatabase]
    public async Task Verifying_since_a_checkpoint_reads_what_came_after_it(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.AppendAsync(10);
        await test.Get<CheckpointService>().MakeAsync(default);
        await test.AppendAsync(5);
        var report = await test.Get<ChainVerifier>().VerifyAsync(10, [], default);
        (report.Intact, report.From, report.Entries).ShouldBe((true, 11, 15));
        (await test.Get<ChainVerifier>().VerifyAsync(9, [], default)).Problem!.ShouldContain("no checkpoint over 9");
        await test.TamperAsync("UPDATE \"AuditEntries\" SET \"Reason\"='other' WHERE \"Sequence\"=12");
        (await test.Get<ChainVerifier>().VerifyAsync(10, [], default)).FirstBroken.ShouldBe(12);
    }

    [Theory]
    [InlineData("UPDATE \"AuditCheckpoints\" SET \"Root\"=\"HeadHash\"", "does not fit")]
    [InlineData("UPDATE \"AuditCheckpoints\" SET \"At\"=\"At\"+10", "does not fit")]
    [InlineData("UPDATE \"AuditCheckpoints\" SET \"KeyId\"='abc'", "never had")]
    [InlineData("UPDATE \"AuditNodes\" SET \"Hash\"=(SELECT \"Root\" FROM \"AuditCheckpoints\")", "tree kept beside")]
    public async Task A_changed_checkpoint_or_tree_is_found(string statement, string said)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.AppendAsync(260);
        await test.Get<CheckpointService>().MakeAsync(default);
        await test.TamperAsync(statement);
        var report = await test.Get<ChainVerifier>().VerifyAsync(default);
        report.Intact.ShouldBeFalse();
        report.Problem!.ShouldContain(said);
    }

    /// <summary>Cut off with all checkpoints and the head: only a checkpoint that was kept outside can tell (I-29).</summary>
    [Fact]
    public async Task A_truncated_log_is_found_by_a_checkpoint_that_was_kept_outside()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.AppendAsync(10);
        await test.Get<CheckpointService>().MakeAsync(default);
        var kept = CheckpointFile.Parse(await File.ReadAllTextAsync(test.Get<CheckpointCopies>().Path)).Value!;
        await test.TamperAsync(
            "DELETE FROM \"AuditCheckpoints\"",
            "DELETE FROM \"AuditEntries\" WHERE \"Sequence\">6",
            "UPDATE \"AuditHeads\" SET \"Sequence\"=6,\"Hash\"=(SELECT \"Hash\" FROM \"AuditEntries\" WHERE \"Sequence\"=6)");
        (await test.Get<ChainVerifier>().VerifyAsync(default)).Intact.ShouldBeTrue("nothing in the database says that there was more");
        var report = await test.Get<ChainVerifier>().VerifyAsync(null, [kept], default);
        (report.Intact, report.FirstBroken).ShouldBe((false, 7));
        report.Problem!.ShouldContain("cut off");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"size\":-1}")]
    [InlineData("no json")]
    public void A_file_that_is_no_checkpoint_is_refused(string text) => CheckpointFile.Parse(text).IsRefused.ShouldBeTrue();
}
