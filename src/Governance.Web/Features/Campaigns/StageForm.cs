using Governance.Campaigns;
using Governance.Common;

namespace Governance.Web.Features.Campaigns;

/// <summary>A person chosen in the form, with the name to show.</summary>
public sealed record ChosenPerson(Guid Id, string Name);

/// <summary>One stage while it is being filled in.</summary>
public sealed class StageForm
{
    public HashSet<ReviewerKind> Reviewers { get; } = [ReviewerKind.Owner];

    public IList<ChosenPerson> People { get; } = [];

    public string Role { get; set; } = Roles.SecurityEngineer;

    public IList<ChosenPerson> FallbackPeople { get; } = [];

    public string FallbackRole { get; set; } = string.Empty;

    public int DurationDays { get; set; } = 14;

    public StageItems Items { get; set; }

    public HashSet<MovesOn> MovesOn { get; } = [.. new StageSettings().MovesOn];

    public static StageForm From(StageSettings stage, IReadOnlyDictionary<Guid, string> names)
    {
        var form = new StageForm { Role = stage.Role ?? Roles.SecurityEngineer, FallbackRole = stage.FallbackRole ?? string.Empty, DurationDays = stage.DurationDays, Items = stage.Items };
        form.Reviewers.Clear();
        form.Reviewers.UnionWith(stage.Reviewers);
        form.MovesOn.Clear();
        form.MovesOn.UnionWith(stage.MovesOn);
        foreach (var id in stage.People)
            form.People.Add(Named(id));
        foreach (var id in stage.FallbackPeople)
            form.FallbackPeople.Add(Named(id));
        return form;

        ChosenPerson Named(Guid id) => new(id, names.GetValueOrDefault(id, "Somebody unknown"));
    }

    public StageSettings ToSettings() => new()
    {
        Reviewers = [.. Enum.GetValues<ReviewerKind>().Where(Reviewers.Contains)],
        People = Reviewers.Contains(ReviewerKind.People) ? [.. People.Select(p => p.Id)] : [],
        Role = Reviewers.Contains(ReviewerKind.Role) ? Role : null,
        FallbackPeople = [.. FallbackPeople.Select(p => p.Id)],
        FallbackRole = FallbackRole.Length == 0 ? null : FallbackRole,
        DurationDays = DurationDays,
        Items = Items,
        MovesOn = [.. Enum.GetValues<MovesOn>().Where(MovesOn.Contains)],
    };
}
