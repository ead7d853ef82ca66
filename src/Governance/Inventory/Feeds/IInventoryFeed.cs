using Governance.Common;

namespace Governance.Inventory;

/// <summary>
/// A kind of live source. It fetches the documents that a person would otherwise export and writes them down; reading them is the importer's
/// work, so that provenance, counts, rejects and what is missing come from one path. It never touches the console's database.
/// </summary>
public interface IInventoryFeed
{
    /// <summary>Stable: <c>entra-graph</c>; also the name of its page in docs/connectors.</summary>
    string Kind { get; }

    string Title { get; }

    /// <summary>What it reads, in one sentence.</summary>
    string Summary { get; }

    SourceSystem System { get; }

    /// <summary>The importer's format, where a document by itself could be taken for another: a page of people only, of a list with machines.</summary>
    string Format => InventoryReaders.Auto;

    /// <summary>What it asks for, in order.</summary>
    IReadOnlyList<FeedSetting> Settings { get; }

    /// <summary>How to make an account that may do this and no more, each as text to copy.</summary>
    IReadOnlyList<FeedInstruction> Instructions { get; }

    /// <summary>Refuses settings that can't work, without calling anyone.</summary>
    Refusal? Check(FeedSettings settings);

    /// <summary>Looks what it could see now, and says exactly what is missing. <see cref="FeedException"/> when the source can't be asked.</summary>
    Task<Outcome<string>> TestAsync(FeedSettings settings, CancellationToken ct);

    /// <summary>Fetches. <see cref="FeedException"/> when it can't: then nothing is handed over.</summary>
    /// <param name="settings">Settings and secrets.</param>
    /// <param name="to">Where the documents go.</param>
    /// <param name="cursor">What the last fetch that was taken left; null asks for everything.</param>
    /// <param name="progress">Told often, so that people see it live and other nodes leave it alone.</param>
    Task<FeedFetch> FetchAsync(FeedSettings settings, FeedWriter to, string? cursor, FeedProgress progress, CancellationToken ct);
}

/// <summary>One setting of a feed.</summary>
/// <param name="Name">Stable.</param>
/// <param name="Title">The field's label.</param>
/// <param name="Help">One line under the field.</param>
/// <param name="Form">How it is asked for and kept.</param>
/// <param name="Required">Whether it must be given.</param>
/// <param name="Default">What holds when it is left empty.</param>
public sealed record FeedSetting(string Name, string Title, string Help, FeedSettingForm Form = FeedSettingForm.Text, bool Required = true, string? Default = null);

public enum FeedSettingForm
{
    Text,

    /// <summary>Several lines, such as a certificate.</summary>
    Lines,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Switch,

    /// <summary>Sealed when it is kept, never shown again; or a reference (<c>env:NAME</c>, <c>file:/path</c>).</summary>
    Secret,

    /// <summary>A secret of several lines, such as a private key.</summary>
    SecretLines,
}

/// <summary>One step of the least-privilege set-up.</summary>
/// <param name="Title">What it does.</param>
/// <param name="Text">To be copied as it is.</param>
public sealed record FeedInstruction(string Title, string Text);

/// <summary>What a fetch found.</summary>
/// <param name="Complete">Whether every page of every list was read: only then may something be called missing.</param>
/// <param name="Notes">What was not read, or not as usual, and what to do about it.</param>
/// <param name="Cursor">Handed in again next time, once what was fetched is in the inventory.</param>
public sealed record FeedFetch(bool Complete, IReadOnlyList<string> Notes, string? Cursor = null);

/// <summary>The source can't be read, or not on.</summary>
/// <param name="message">What, where, what to do; no secrets.</param>
/// <param name="retryable">Whether it may go away by itself.</param>
/// <param name="cause">The fault behind it; not shown.</param>
public class FeedException(string message, bool retryable, Exception? cause = null) : Exception(message, cause)
{
    public bool Retryable { get; } = retryable;
}

/// <summary>Settings with their defaults, and secrets opened for this one use.</summary>
public sealed class FeedSettings(IInventoryFeed feed, IReadOnlyDictionary<string, string> values, IReadOnlyDictionary<string, string> secrets)
{
    /// <summary>All secrets, so that messages can be cleared of them.</summary>
    public IEnumerable<string> SecretValues => secrets.Values;

    /// <summary>The setting, else its default, else null.</summary>
    public string? this[string name] =>
        values.GetValueOrDefault(name) is { Length: > 0 } given ? given : feed.Settings.FirstOrDefault(s => s.Name == name)?.Default;

    /// <summary>The secret; null when none is set.</summary>
    public string? Secret(string name) => secrets.GetValueOrDefault(name) is { Length: > 0 } secret ? secret : null;

    public bool Is(string name) => string.Equals(this[name], "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Without secrets.</summary>
    public override string ToString() => $"{feed.Kind} ({values.Count} settings)";
}
