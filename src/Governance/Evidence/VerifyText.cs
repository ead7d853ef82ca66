namespace Governance.Evidence;

/// <summary>The page in each package that says how a stranger checks it.</summary>
internal static class VerifyText
{
    public static string For(string dataHash) => $"""
        # How to check this package

        1. **Nothing was changed since it was made.** `manifest.json` lists every file with its length and SHA-256. Recompute them, for example
           `sha256sum report.pdf facts.json populations/*.csv`, and compare. With the console's command line: `verify-evidence FOLDER`.
        2. **The report belongs to these populations.** The data hash printed on the last page of report.pdf is
           `{dataHash}`: SHA-256 over the lines `sha256  path` (two spaces, line feed) of facts.json and all .csv files, sorted by path.
        3. **A sample can be redrawn.** Order the rows of `populations/Mnn.csv` by SHA-256 of `seed|Mnn|id` (the seed stands in facts.json) and take the first five: `samples/Mnn.csv`.
        4. **The audit log had this head.** `audit-head.json` holds number and hash of its last entry. Run `verify-audit` on the console: it recomputes the chain.
           An operator of the database could rebuild a whole chain; keep this head outside, and later logs must still contain it.

        The manifest is not signed in this version.
        """;
}
