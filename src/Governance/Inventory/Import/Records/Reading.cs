namespace Governance.Inventory;

/// <summary>What readers of JSON and YAML have in common.</summary>
internal static class Reading
{
    /// <summary>
    /// Each record of the documents through <paramref name="read"/>; what can't be read, or throws <see cref="BadValueException"/>, is rejected with its place,
    /// and with the id that stands in one of <paramref name="keys"/>, so that a full import does not call it missing.
    /// </summary>
    public static IEnumerable<ReadItem> Records(ImportFile file, JsonLayout layout, IReadOnlyList<string> keys, Func<JsonRecord, IEnumerable<ReadItem>> read)
    {
        foreach (var record in JsonRecords.Of(file, layout))
        {
            IReadOnlyList<ReadItem> items;
            try
            {
                items = record.Problem is { } problem ? [ReadItem.Rejected(record.Place, null, problem)] : [.. read(record)];
            }
            catch (BadValueException e)
            {
                items = [ReadItem.Rejected(record.Place, KeyOf(record, keys), e.Message)];
            }

            foreach (var item in items)
                yield return item;
        }
    }

    private static string? KeyOf(JsonRecord record, IReadOnlyList<string> keys)
    {
        try
        {
            return record.Element.Text([.. keys]);
        }
        catch (BadValueException)
        {
            return null;
        }
    }
}
