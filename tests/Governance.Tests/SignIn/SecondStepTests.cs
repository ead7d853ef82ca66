using System.Text;
using Governance.Accounts;
using Governance.Common;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.SignIn;

public sealed class SecondStepTests
{
    private static readonly Actor Administrator = new(ActorKind.Person, Guid.CreateVersion7().ToString("D"), "Ann", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Administrator });

    // RFC 6238, appendix B, SHA-1, the last six of its eight digits.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code) =>
        Totp.Code(Encoding.ASCII.GetBytes("12345678901234567890"), Totp.StepOf(DateTimeOffset.FromUnixTimeSeconds(seconds))).ShouldBe(code);

    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Keys_are_written_as_RFC_4648_says(string text, string expected) => Totp.Base32(Encoding.ASCII.GetBytes(text)).ShouldBe(expected);

    [Theory, EachDatabase]
    public async Task A_code_is_taken_once_and_only_around_its_time(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var (id, key) = await EnrolledAsync(test);
        var steps = test.Get<SecondStepService>();
        // The code that confirmed it is spent, too.
        (await steps.VerifyAsync(id, Code(test, key), true, default)).Refusal!.Code.ShouldBe("second-step.wrong");
        test.Clock.Advance(TimeSpan.FromSeconds(30));
        var code = Code(test, key);
        (await steps.VerifyAsync(id, $" {code[..3]} {code[3..]} ", true, default)).OrThrow().ShouldBeFalse();
        (await steps.VerifyAsync(id, code, true, default)).IsRefused.ShouldBeTrue();
        // The step before the one that was taken is not taken either.
        (await steps.VerifyAsync(id, Code(test, key, -1), true, default)).IsRefused.ShouldBeTrue();
        (await steps.VerifyAsync(id, Code(test, key, 1), true, default)).IsRefused.ShouldBeFalse();
        (await steps.VerifyAsync(id, Code(test, key, 2), true, default)).IsRefused.ShouldBeTrue();
        test.Clock.Advance(TimeSpan.FromMinutes(5));
        (await steps.VerifyAsync(id, Code(test, key, -1), true, default)).IsRefused.ShouldBeFalse();
        test.Clock.Advance(TimeSpan.FromMinutes(5));
        (await steps.VerifyAsync(id, Code(test, key, -2), true, default)).IsRefused.ShouldBeTrue();
    }

    [Theory, EachDatabase]
    public async Task Of_two_that_show_one_code_at_once_one_gets_in(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var (id, key) = await EnrolledAsync(test);
        test.Clock.Advance(TimeSpan.FromSeconds(60));
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => test.Get<SecondStepService>().VerifyAsync(id, Code(test, key), true, default)));
        answers.Count(a => !a.IsRefused).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task A_recovery_code_works_once_and_only_its_hash_is_kept(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var (id, key, codes) = await EnrolledWithCodesAsync(test);
        codes.Count.ShouldBe(10);
        codes.Distinct(StringComparer.Ordinal).Count().ShouldBe(10);
        var steps = test.Get<SecondStepService>();
        (await steps.VerifyAsync(id, codes[0], recovery: false, default)).IsRefused.ShouldBeTrue();
        (await steps.VerifyAsync(id, codes[0].ToLowerInvariant(), recovery: true, default)).OrThrow().ShouldBeTrue();
        (await steps.VerifyAsync(id, codes[0], recovery: true, default)).IsRefused.ShouldBeTrue();
        (await steps.StateAsync(id, default))!.CodesLeft.ShouldBe(9);
        await using (var db = test.Open())
        {
            (await db.RecoveryCodes.Select(c => c.Hash).ToListAsync()).ShouldAllBe(h => h.Length == 64);
            (await db.SecondSteps.SingleAsync()).Key.ShouldStartWith("sealed:");
        }

        test.Clock.Advance(TimeSpan.FromSeconds(60));
        var renewed = (await steps.RenewCodesAsync(id, Code(test, key), null, default)).OrThrow();
        (await steps.VerifyAsync(id, codes[1], recovery: true, default)).IsRefused.ShouldBeTrue();
        (await steps.VerifyAsync(id, renewed[1], recovery: true, default)).IsRefused.ShouldBeFalse();
    }

    [Theory, EachDatabase]
    public async Task Five_wrong_codes_lock_the_account_even_for_the_right_one(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var (id, key) = await EnrolledAsync(test);
        test.Clock.Advance(TimeSpan.FromSeconds(60));
        var steps = test.Get<SecondStepService>();
        for (var i = 0; i < 4; i++)
            (await steps.VerifyAsync(id, "000000x", true, default)).Refusal!.Code.ShouldBe("second-step.wrong");
        (await steps.VerifyAsync(id, "000000x", true, default)).Refusal!.Code.ShouldBe("second-step.locked");
        (await steps.VerifyAsync(id, Code(test, key), true, default)).Refusal!.Code.ShouldBe("second-step.locked");
        test.Clock.Advance(TimeSpan.FromMinutes(16));
        (await steps.VerifyAsync(id, Code(test, key), true, default)).IsRefused.ShouldBeFalse();
    }

    [Theory, EachDatabase]
    public async Task A_role_can_require_it_and_then_it_is_reset_by_an_administrator_only(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var (id, key) = await EnrolledAsync(test);
        var other = await AccountAsync(test, "other@example.com", Roles.Auditor);
        var stamp = await StampAsync(test, other);
        var (rules, steps) = (test.Get<SecondStepRules>(), test.Get<SecondStepService>());
        (await rules.SetAsync([Roles.Auditor], Given.Engineer, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await rules.SetAsync(["Emperor"], Administrator, default)).Refusal!.Code.ShouldBe("account.role");
        var self = new Actor(ActorKind.Person, other.ToString("D"), "Other", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Administrator });
        (await rules.SetAsync([Roles.Auditor], self, default)).Refusal!.Code.ShouldBe("second-step.own-first");
        (await rules.SetAsync([Roles.Auditor], Administrator, default)).Refusal.ShouldBeNull();
        (await steps.NeedAsync(id, default)).ShouldBe(SignInNeed.Code);
        (await steps.NeedAsync(other, default)).ShouldBe(SignInNeed.Enrolment);
        (await StampAsync(test, other)).ShouldNotBe(stamp, "sessions without a second step end");

        test.Clock.Advance(TimeSpan.FromSeconds(60));
        (await steps.SwitchOffAsync(id, Code(test, key), null, default)).Refusal!.Code.ShouldBe("second-step.required");
        (await steps.ResetAsync(id, "lost phone", Given.Engineer, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await steps.ResetAsync(id, " ", Administrator, default)).Refusal!.Code.ShouldBe("second-step.reason");
        (await steps.ResetAsync(id, "lost phone, seen in person", Administrator, default)).Refusal.ShouldBeNull();
        (await steps.NeedAsync(id, default)).ShouldBe(SignInNeed.Enrolment);
        await using var db = test.Open();
        (await db.RecoveryCodes.AnyAsync()).ShouldBeFalse();
        (await db.AuditEntries.SingleAsync(e => e.Action == "account.second-step-reset")).Reason.ShouldBe("lost phone, seen in person");
    }

    [Fact]
    public void A_QR_code_is_drawn_as_squares()
    {
        var matrix = QrCode.Matrix("x");
        // Version 1 has 21 squares and four of quiet zone at each side; its corner pattern begins dark.
        matrix.GetLength(0).ShouldBe(29);
        matrix[3, 3].ShouldBeFalse();
        matrix[4, 4].ShouldBeTrue();
        var (size, path) = QrCode.Draw("x");
        size.ShouldBe(29);
        path.ShouldStartWith("M4 4h1v1h-1z");
        path.Split('M').Length.ShouldBe(1 + matrix.Cast<bool>().Count(dark => dark));
    }

    private static string Code(TestDatabase test, byte[] key, int step = 0) => Totp.Code(key, Totp.StepOf(test.Now) + step);

    private static async Task<Guid> AccountAsync(TestDatabase test, string name, params string[] roles) =>
        (await test.Get<AccountService>().CreateAsync(new NewAccount(name, name, "seven unlikely garden words", roles), Actor.Job("test"), default)).OrThrow();

    private static async Task<(Guid Id, byte[] Key)> EnrolledAsync(TestDatabase test)
    {
        var (id, key, _) = await EnrolledWithCodesAsync(test);
        return (id, key);
    }

    private static async Task<(Guid Id, byte[] Key, IReadOnlyList<string> Codes)> EnrolledWithCodesAsync(TestDatabase test)
    {
        var id = await AccountAsync(test, "ada@example.com", Roles.Auditor);
        var steps = test.Get<SecondStepService>();
        (await steps.NeedAsync(id, default)).ShouldBe(SignInNeed.Nothing);
        var begun = (await steps.BeginAsync(id, default)).OrThrow();
        // Loaded again, the page shows the same key.
        (await steps.BeginAsync(id, default)).OrThrow().Key.ShouldBe(begun.Key);
        begun.Uri.ShouldBe($"otpauth://totp/Governance:ada%40example.com?secret={begun.Key}&issuer=Governance&algorithm=SHA1&digits=6&period=30");
        (await steps.ConfirmAsync(id, "000000x", null, default)).Refusal!.Code.ShouldBe("second-step.wrong");
        (await steps.NeedAsync(id, default)).ShouldBe(SignInNeed.Nothing);
        var key = Bytes(begun.Key);
        var codes = (await steps.ConfirmAsync(id, Code(test, key), null, default)).OrThrow();
        return (id, key, codes);
    }

    private static async Task<string?> StampAsync(TestDatabase test, Guid id)
    {
        await using var db = test.Open();
        return await db.Accounts.Where(a => a.Id == id).Select(a => a.SecurityStamp).SingleAsync();
    }

    private static byte[] Bytes(string base32)
    {
        var bytes = new List<byte>();
        var (bits, count) = (0, 0);
        foreach (var c in base32)
        {
            (bits, count) = ((bits << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), count + 5);
            if (count < 8)
                continue;
            bytes.Add((byte)(bits >> (count -= 8)));
            bits &= (1 << count) - 1;
        }

        return [.. bytes];
    }
}
