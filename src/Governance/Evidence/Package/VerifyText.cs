using System.Reflection;

namespace Governance.Evidence;

/// <summary>The page in each package that says how a stranger checks it.</summary>
internal static class VerifyText
{
    public static string For(string dataHash, string keyId) => $"""
        # How to check this package

        Everything below needs Python 3 and nothing else: no console, no network, no library.

            python3 verify.py --key {keyId}

        It recomputes the hash of each file, the signature, every figure from its population, and each sample from its seed, and names what does not fit.
        Get the key's thumbprint from somebody you trust at the organisation, or from their console at `/.well-known/governance-keys.json`, and not from here:
        whoever forged a whole package would write their own key into it. With the console's command line: `governance verify-evidence FOLDER --key THUMBPRINT`.

        By hand:

        1. **Nothing was changed since it was made.** `manifest.json` lists every file with its length and SHA-256 (`sha256sum report.pdf facts.json populations/*.csv`).
           `manifest.jws` is a detached JSON Web Signature (RFC 7515, appendix F; ES256) over the bytes of `manifest.json`; the key is `signing-key.json`.
        2. **The report belongs to these populations.** The data hash printed on the last page of the report is `{dataHash}`:
           SHA-256 over the lines `sha256  path` (two spaces, line feed) of facts.json and all .csv files, sorted by path.
        3. **A figure can be redone.** Count the rows of `populations/Mnn.csv` by verdict: Met of all. CannotTell counts against. A cell that begins with an apostrophe
           was marked so that a spreadsheet runs nothing; take one apostrophe off to get the value.
        4. **A sample can be redrawn.** Order the rows of `populations/Mnn.csv` by SHA-256 of `seed|Mnn|id` (the seed stands in facts.json) and take the first n: `samples/Mnn.csv`.
        5. **The audit log had this head.** `audit-head.json` holds number and hash of the last entry before the period's end, `audit-checkpoint.json` (where one was signed by then) the Merkle root over the
           entries up to its size, with its signature. On the console: `governance verify-audit --checkpoint audit-checkpoint.json` shows whether the log still agrees with it.

        What this can't show: who holds both the database and the signing key could make another history and sign it. Keep a copy of the package, or of the hash of its
        manifest, outside the organisation's reach.
        """;
}

/// <summary>The verifier for strangers, as it lies in each package.</summary>
internal static class VerifyScript
{
    private static readonly Lazy<string> Loaded = new(() =>
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("Governance.Evidence.verify.py")!);
        return reader.ReadToEnd();
    });

    public static string Text => Loaded.Value;
}
