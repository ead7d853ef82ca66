using System.Buffers;
using System.Text.RegularExpressions;

namespace Governance.Inventory;

/// <summary>Forms of keys by their vendors' prefixes (after the rules of gitleaks, MIT, and the vendors' documentation).</summary>
public sealed partial class SecretFilter
{
    /// <summary>Characters below which nothing is taken for a secret.</summary>
    private const int Shortest = 16;

    /// <summary>Most texts hold none of these, which is seen without the pattern.</summary>
    private static readonly SearchValues<string> Beginnings = SearchValues.Create(
        [
            "xapp-", "xoxe.", "hooks.slack.com/", "npm_", "pypi-", "SG.", "dop_v1_", "doo_v1_", "dor_v1_", "ntn_", "secret_", "pat", "lin_api_", "figd_", "figo_", "shpat_", "shpss_", "shpca_", "shppa_", "dapi", "nvapi-", "gsk_",
            "pplx-", "tvly-", "r8_", "hvs.", "hvb.", "ATATT3", "ATCTT3", "ATBB", "whsec_", "glsa_", "glc_", "gldt-", "glrt-", "glcbt-", "glptt-", "GOCSPX-", "1//0", "ABSK", "xai-", "sntrys_", "sntryu_", "PMAK-", "dp.pt.", "dp.st.",
            "AGE-SECRET-KEY-1", "sq0", "EAAA", "rnd_", "phx_", "fly_", "FlyV1", "ops_", "key-", "sbp_", "sb_secret_", "cfut_", "AccountKey", "SharedAccess", "sig=", "Bearer ", "Basic ", "AIza", "rpa_", "fw_", "e2b_", "CFPAT-", "lsv2_",
            "jina_", "ABIA", "ACCA", "apify_api_", "NRAK-", "dckr_pat_", "dckr_oat_", "atlasv1", "pul-", "AQ.", "LTAI", "A3T",
        ],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a part of the text is a secret by its form; asked before a text is cut, since half a secret has no form.</summary>
    public static bool HasSecret(string text) =>
        text.Length >= Shortest && ((text.AsSpan().ContainsAny(Beginnings) && VendorForm().IsMatch(text)) || (text.AsSpan().ContainsAny(Signs) && SecretValue().IsMatch(text)));

    /// <summary>The text's words, of which none is a secret or a part of one: for lists that a space separates.</summary>
    public static string[] Words(string text) =>
        Replace(text, _ => "removed-secret").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Each pattern runs only over a text that has one of its signs.</summary>
    private static string Replace(string text, MatchEvaluator with)
    {
        if (text.Length < Shortest)
            return text;
        var known = text.AsSpan().ContainsAny(Beginnings) ? VendorForm().Replace(text, with) : text;
        return known.AsSpan().ContainsAny(Signs) ? SecretValue().Replace(known, with) : known;
    }

    [GeneratedRegex(
        @"\bxapp-[A-Za-z0-9\-]{10,}|\bxoxe\.[A-Za-z0-9\-.]{10,}|(?<=hooks\.slack\.com/(services|workflows|triggers)/)[A-Za-z0-9/+_\-]{10,}|\bnpm_[A-Za-z0-9]{30,}|\bpypi-[A-Za-z0-9_\-]{16,}|\bSG\.[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}" +
        @"|\bdo[opr]_v1_[a-f0-9]{32,}|\b(ntn|secret)_[A-Za-z0-9]{30,}|\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}|\bpat-(na|eu)[0-9]-[A-Za-z0-9\-]{20,}|\blin_api_[A-Za-z0-9]{20,}|\bfig[do]_[A-Za-z0-9_\-]{20,}|\bshp(at|ss|ca|pa)_[A-Fa-f0-9]{24,}" +
        @"|\bdapi[a-f0-9]{32}(-[0-9])?|\bnvapi-[A-Za-z0-9_\-]{20,}|\bgsk_[A-Za-z0-9]{20,}|\bpplx-[A-Za-z0-9]{20,}|\btvly-[A-Za-z0-9\-]{16,}|\br8_[A-Za-z0-9]{20,}|\bhv[sb]\.[A-Za-z0-9_\-]{20,}|\bAT[AC]TT3[A-Za-z0-9_\-=]{20,}|\bATBB[A-Za-z0-9_\-=]{20,}" +
        @"|\bwhsec_[A-Za-z0-9+/=]{16,}|\bglsa_[A-Za-z0-9_]{20,}|\bglc_[A-Za-z0-9+/=]{20,}|\bgl(dt|rt|cbt|ptt)-[A-Za-z0-9_\-]{16,}|\bGOCSPX-[A-Za-z0-9_\-]{20,}|\b1//0[A-Za-z0-9_\-]{20,}|\bABSK[A-Za-z0-9+/=]{40,}|\bxai-[A-Za-z0-9]{20,}" +
        @"|\bsntry[su]_[A-Za-z0-9_+/=]{20,}|\bPMAK-[A-Za-z0-9\-]{20,}|\bdp\.[a-z]{2,5}\.[A-Za-z0-9]{20,}|\bAGE-SECRET-KEY-1[A-Z0-9]{20,}|\bsq0[a-z]{3}-[A-Za-z0-9_\-]{16,}|\bEAAA[A-Za-z0-9_\-]{20,}|\brnd_[A-Za-z0-9]{20,}|\bphx_[A-Za-z0-9]{20,}" +
        @"|\b(fly_|FlyV1 )[A-Za-z0-9_+/=,\-]{20,}|\bops_eyJ[A-Za-z0-9_\-=]{20,}|\bkey-[a-f0-9]{32}|\bsbp_[a-f0-9]{24,}|\bsb_secret_[A-Za-z0-9_\-]{16,}|\bcfut_[A-Za-z0-9]{20,}|(?<=(AccountKey|SharedAccessKey|SharedAccessSignature)\s?=\s?)[^;\s""']{16,}" +
        @"|(?<=[?&;]sig=)[A-Za-z0-9%+/=_\-]{16,}|(?<=\bBearer )(?=[^\s]{0,40}[0-9])[A-Za-z0-9_\-.~+/=]{12,}|(?<=\bBasic )(?=[^\s]{0,40}[0-9=])[A-Za-z0-9+/=]{12,}|\brpa_[A-Za-z0-9]{20,}|\bfw_[A-Za-z0-9]{20,}|\be2b_[a-f0-9]{20,}|\bCFPAT-[A-Za-z0-9_\-]{20,}|\blsv2_[a-z]{2}_[A-Za-z0-9_]{20,}" +
        @"|\bjina_[A-Za-z0-9_\-]{20,}|\b(ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}\b|\bapify_api_[A-Za-z0-9]{20,}|\bNRAK-[A-Z0-9]{20,}|\bdckr_(pat|oat)_[A-Za-z0-9_\-]{16,}|\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_\-=]{40,}|\bpul-[a-f0-9]{40}|\bAQ\.[A-Za-z0-9_\-]{30,}|\bLTAI[A-Za-z0-9]{16,}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VendorForm();
}
