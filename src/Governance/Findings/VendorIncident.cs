using System.Text.Json;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Findings;

/// <summary>
/// A publicly documented breach of a vendor, under one of the names that publishers and tools have. Comes from the list that is shipped with the product
/// (<c>Findings/Data/vendor-incidents.json</c>, each with its source).
/// </summary>
public sealed class VendorIncident
{
    /// <summary>Upper case.</summary>
    public required string Name { get; init; }

    public required string IncidentId { get; init; }

    /// <summary>The first and the last day on which access was abused, as published.</summary>
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    public required string Title { get; init; }

    public required string Source { get; init; }

    /// <summary>What is shipped.</summary>
    internal static IReadOnlyList<VendorIncident> Shipped { get; } = Read();

    /// <summary>Brings the table to the shipped list; touches nothing when it is that already.</summary>
    internal static async Task SyncAsync(GovernanceDb db, CancellationToken ct)
    {
        var known = await db.VendorIncidents.AsNoTracking().ToListAsync(ct);
        if (known.Count == Shipped.Count && Shipped.All(s => known.Exists(k => k.Name == s.Name && k.IncidentId == s.IncidentId && k.From == s.From && k.To == s.To && k.Title == s.Title && k.Source == s.Source)))
            return;
        await db.VendorIncidents.ExecuteDeleteAsync(ct);
        await db.InsertManyAsync(Shipped, ct);
    }

    private static List<VendorIncident> Read()
    {
        using var stream = typeof(VendorIncident).Assembly.GetManifestResourceStream("Governance.Findings.vendor-incidents.json")!;
        using var document = JsonDocument.Parse(stream);
        return
        [
            .. from i in document.RootElement.GetProperty("incidents").EnumerateArray()
               from name in i.GetProperty("names").EnumerateArray()
               select new VendorIncident
               {
                   Name = name.GetString()!.ToUpperInvariant(),
                   IncidentId = i.GetProperty("id").GetString()!,
                   From = Day(i.GetProperty("from")),
                   To = Day(i.GetProperty("to")).AddDays(1),
                   Title = i.GetProperty("title").GetString()!,
                   Source = i.GetProperty("source").GetString()!,
               },
        ];

        static DateTimeOffset Day(JsonElement day) => new(DateTime.SpecifyKind(day.GetDateTime(), DateTimeKind.Utc));
    }
}

internal sealed class VendorIncidentConfiguration : IEntityTypeConfiguration<VendorIncident>
{
    public void Configure(EntityTypeBuilder<VendorIncident> builder)
    {
        builder.ToTable("VendorIncidents");
        builder.HasKey(i => new { i.Name, i.IncidentId });
        builder.Property(i => i.Name).HasMaxLength(200);
        builder.Property(i => i.IncidentId).HasMaxLength(100);
    }
}
