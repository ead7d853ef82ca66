using Governance.People;

namespace Governance.Inventory;

/// <summary>The documented table of people, from the directory or the HR system.</summary>
public sealed class PeopleCsvReader : IInventoryReader
{
    /// <summary>The columns in the order of the template; the first two are required.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["id", "name", "mail", "title", "department", "manager_id", "status", "left_on"];

    public string Format => "csv-people";

    public string Description => "a CSV of people (columns id and name)";

    public ImportSubject Subject => ImportSubject.People;

    public SourceSystem System => SourceSystem.Generic;

    public bool Recognises(FileHead head) => !head.IsJson && head.Columns is var columns && columns.Contains("id") && columns.Contains("name") && !columns.Contains("external_id");

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        foreach (var row in CsvTable.Read(file))
        {
            ReadItem item;
            try
            {
                item = row.Problem is { } problem ? ReadItem.Rejected(row.Place, row["id"], problem) : new ReadItem(row.Place, row["id"]) { Person = Person(row, file.Secrets) };
            }
            catch (BadValueException e)
            {
                item = ReadItem.Rejected(row.Place, row["id"], e.Message);
            }

            yield return item;
        }
    }

    private static PersonRecord Person(CsvRecord row, SecretFilter secrets)
    {
        var left = CsvValues.Time("left_on", row["left_on"]);
        return new PersonRecord(secrets.Clean(CsvValues.Required("id", row["id"])), secrets.Clean(CsvValues.Required("name", row["name"])))
        {
            Mail = secrets.CleanOrNull(row["mail"])?.ToLowerInvariant(),
            Title = secrets.CleanOrNull(row["title"]),
            Department = secrets.CleanOrNull(row["department"]),
            ManagerExternalId = secrets.CleanOrNull(row["manager_id"]),
            Status = CsvValues.Name<PersonStatus>("status", row["status"]),
            LeftOn = left,
        };
    }
}
