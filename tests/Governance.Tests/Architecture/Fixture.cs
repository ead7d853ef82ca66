#pragma warning disable MA0047 // A small world of its own that breaks the order on purpose.
namespace Governance.Tests.Architecture.Fixture.Ground
{
    internal static class Stays
    {
        public static string Says() => "ground";

        /// <summary>Naming an exempt type is no violation.</summary>
        public static Upper.Exempt Allowed() => default;
    }

    internal static class ReachesUp
    {
        public static string Says() => Upper.Stays.Says();
    }
}

namespace Governance.Tests.Architecture.Fixture.Upper
{
    internal enum Exempt
    {
        One,
    }

    internal static class Stays
    {
        public static string Says() => Ground.Stays.Says();
    }

    internal static class ReachesAcross
    {
        public static string Says() => Beside.Stays.Says();
    }
}

namespace Governance.Tests.Architecture.Fixture.Beside
{
    internal static class Stays
    {
        public static string Says() => Ground.Stays.Says();
    }
}
