using Governance.Common;

namespace Governance.Web.Layout;

/// <summary>Something that the palette can go to.</summary>
public sealed record PaletteHit(string Title, string Hint, string Href);

/// <summary>A feature's part of the palette's search. It answers nothing to actors who may not see the records.</summary>
public sealed record PaletteSearch(Func<string, Actor, CancellationToken, Task<IReadOnlyList<PaletteHit>>> FindAsync);
