using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Audit;

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("AuditEntries", t => { t.HasTrigger("AuditEntriesNoUpdate"); t.HasTrigger("AuditEntriesNoDelete"); });
        builder.HasKey(e => e.Sequence);
        builder.Property(e => e.Sequence).ValueGeneratedNever();
        builder.Property(e => e.Action).HasMaxLength(60);
        builder.Property(e => e.SubjectType).HasMaxLength(40);
        builder.Property(e => e.SubjectId).HasMaxLength(100);
        builder.Property(e => e.Reason).HasMaxLength(4000);
        builder.Property(e => e.Details).HasMaxLength(-1);
        builder.Property(e => e.PreviousHash).HasMaxLength(64);
        builder.Property(e => e.Hash).HasMaxLength(64);
        builder.HasIndex(e => new { e.SubjectType, e.SubjectId, e.Sequence });
        builder.HasIndex(e => new { e.Action, e.Sequence });
        builder.HasIndex(e => new { e.ActorId, e.Sequence });
        builder.HasIndex(e => e.At);
    }
}

internal sealed class AuditHeadConfiguration : IEntityTypeConfiguration<AuditHead>
{
    public void Configure(EntityTypeBuilder<AuditHead> builder)
    {
        builder.ToTable("AuditHeads");
        builder.Property(h => h.Id).ValueGeneratedNever();
        builder.Property(h => h.Hash).HasMaxLength(64);
        builder.HasData(new { Id = AuditHead.TheId, Sequence = 0L, Hash = AuditCanonicalForm.Genesis });
    }
}

internal sealed class FollowerCursorConfiguration : IEntityTypeConfiguration<FollowerCursor>
{
    public void Configure(EntityTypeBuilder<FollowerCursor> builder)
    {
        builder.ToTable("FollowerCursors");
        builder.HasKey(c => c.Follower);
        builder.Property(c => c.Follower).HasMaxLength(60);
    }
}
