namespace Governance.Inventory;

/// <summary>Any table, or list of JSON objects, by a map of its columns. Columns that the map doesn't name are kept as attributes.</summary>
public sealed class MappedReader(ColumnMap map) : IInventoryReader
{
    public string Format => "mapped";

    public string Description => "a table or list of objects with a map of its columns";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Generic;

    public bool Recognises(FileHead head) => true;

    public IEnumerable<ReadItem> Read(ImportFile file) => MappedRows.Of(file).Select(row => Item(row, file));

    private ReadItem Item(MappedRow row, ImportFile file)
    {
        if (row.Problem is { } problem)
            return ReadItem.Rejected(row.Place, null, problem);
        var mapped = row.By(map);
        try
        {
            return new ReadItem(row.Place, mapped["external_id"]) { Identity = IdentityCsvReader.Identity(mapped, file) };
        }
        catch (BadValueException e)
        {
            return ReadItem.Rejected(row.Place, mapped["external_id"], e.Message);
        }
    }
}
