using System.Globalization;
using System.Text;

namespace Governance.Web.Demo;

/// <summary>Someone of the sample organisation.</summary>
/// <param name="Leaves">On the second file: has left.</param>
internal sealed record DemoPerson(string Id, string Name, string Title, string Department, string? ManagerId, bool Leaves)
{
    public string Mail => DemoPeople.MailOf(Name);
}

/// <summary>The people of the sample organisation, Larkfield: 120, in ten departments with a head each, of whom eight leave.</summary>
internal static class DemoPeople
{
    public const string Domain = "larkfield.example";

    /// <summary>These sign in; see <see cref="DemoAccounts"/>.</summary>
    public const string Administrator = "Maya Okafor";
    public const string CampaignManager = "Jonas Lindqvist";
    public const string SecurityEngineer = "Priya Raman";
    public const string Auditor = "Helene Dubois";
    public const string OwnerInEngineering = "Tomas Herrera";
    public const string OwnerInData = "Aiko Tanaka";

    public static readonly (string Department, string Head, string Title, int Size)[] Departments =
    [
        ("Executive", "Margaret Lark", "Chief Executive Officer", 1),
        ("Engineering", OwnerInEngineering, "Director of Engineering", 34),
        ("Data & AI", OwnerInData, "Head of Data & AI", 16),
        ("IT Operations", Administrator, "Head of IT Operations", 14),
        ("Security", "Daniel Weiss", "Chief Information Security Officer", 8),
        ("Finance", "Ruth Adeyemi", "Finance Director", 12),
        ("Sales", "Carlos Mendes", "Sales Director", 14),
        ("Marketing", "Ingrid Solberg", "Marketing Director", 8),
        ("Customer Support", "Samir Haddad", "Head of Customer Support", 8),
        ("Legal & Compliance", "Eleanor Voss", "General Counsel", 5),
    ];

    private static readonly Dictionary<string, string[]> Titles = new(StringComparer.Ordinal)
    {
        ["Engineering"] = ["Software Engineer", "Senior Software Engineer", "Platform Engineer", "Site Reliability Engineer", "Engineering Manager"],
        ["Data & AI"] = ["Data Engineer", "Machine Learning Engineer", "Data Analyst", "AI Product Manager"],
        ["IT Operations"] = ["Systems Administrator", "Identity Engineer", "Workplace Engineer", "Service Desk Analyst"],
        ["Security"] = ["Security Engineer", "Security Analyst", "Identity Security Engineer"],
        ["Finance"] = ["Accountant", "Controller", "Accounts Payable Specialist", "Financial Analyst"],
        ["Sales"] = ["Account Executive", "Sales Operations Analyst", "Sales Engineer"],
        ["Marketing"] = ["Content Manager", "Marketing Analyst", "Campaign Specialist"],
        ["Customer Support"] = ["Support Specialist", "Support Team Lead", "Knowledge Manager"],
        ["Legal & Compliance"] = ["Compliance Manager", "Legal Counsel", "Internal Auditor"],
    };

    private static readonly string[] First =
    [
        "Amara", "Lukas", "Sofia", "Noah", "Mei", "Omar", "Clara", "Ivan", "Leila", "Hugo", "Nadia", "Felix", "Yara", "Mateo", "Anika", "Rafael", "Zoe", "Tariq", "Emma", "Kofi",
        "Linnea", "Paolo", "Grace", "Dmitri", "Salma", "Oskar", "Beatriz", "Ravi", "Freya", "Kenji", "Isabel", "Malik", "Vera", "Andre", "Hana", "Jakob", "Nia", "Stefan", "Laila", "Ewan",
    ];

    private static readonly string[] Last =
    [
        "Almeida", "Berg", "Castillo", "Duarte", "Eriksen", "Fischer", "Gupta", "Hansen", "Ibrahim", "Janssen", "Kowalski", "Laurent", "Moreau", "Nakamura", "Olsen", "Petrov", "Quinn", "Rossi", "Schmidt", "Tran",
        "Ueda", "Vargas", "Walsh", "Xu", "Yilmaz", "Zimmer", "Abbott", "Brandt", "Costa", "Dahl", "Evans", "Fontaine",
    ];

    public static string MailOf(string name) => name.ToLowerInvariant().Replace(' ', '.') + "@" + Domain;

    public static IReadOnlyList<DemoPerson> Make(Random random)
    {
        var people = new List<DemoPerson>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (department, head, title, size) in Departments)
        {
            var boss = Id(people.Count);
            people.Add(new DemoPerson(boss, head, title, department, people.Count == 0 ? null : Id(0), false));
            foreach (var (name, known) in Fixed(department))
            {
                names.Add(name);
                people.Add(new DemoPerson(Id(people.Count), name, known, department, boss, false));
            }

            var left = size - 1 - Fixed(department).Count();
            for (var n = 0; n < left; n++)
            {
                string name;
                do
                {
                    name = $"{First[random.Next(First.Length)]} {Last[random.Next(Last.Length)]}";
                }
                while (!names.Add(name));
                var titles = Titles[department];
                // One or two of each large department leave; the small ones stay whole.
                var leaves = size >= 8 && (n == 4 || (size > 30 && n == 11)) && department != "Security";
                people.Add(new DemoPerson(Id(people.Count), name, titles[n % titles.Length], department, boss, leaves));
            }
        }

        return people;
    }

    /// <summary>The directory's export: before anyone left, or after.</summary>
    public static string ToCsv(IReadOnlyList<DemoPerson> people, bool leaversGone, DateTimeOffset leftOn)
    {
        var csv = new StringBuilder("id,name,mail,title,department,manager_id,status,left_on\n");
        foreach (var (p, n) in people.Select((p, n) => (p, n)))
        {
            var gone = leaversGone && p.Leaves;
            csv.Append(DemoCsv.Row(p.Id, p.Name, p.Mail, p.Title, p.Department, p.ManagerId, gone ? "left" : "active", gone ? leftOn.AddDays(-(n % 6)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null));
        }

        return csv.ToString();
    }

    private static IEnumerable<(string Name, string Title)> Fixed(string department) => department switch
    {
        "Security" => [(SecurityEngineer, "Senior Security Engineer")],
        "Legal & Compliance" => [(CampaignManager, "Compliance Manager"), (Auditor, "Internal Auditor")],
        _ => [],
    };

    private static string Id(int n) => (10_001 + n).ToString(CultureInfo.InvariantCulture);
}
