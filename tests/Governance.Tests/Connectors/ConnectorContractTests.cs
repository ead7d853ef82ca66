using Governance.Common;
using Governance.Revocation;

namespace Governance.Tests.Connectors;

/// <summary>What every connector has to do, tried on each against a service that enforces its documented API and counts effects.</summary>
public sealed class ConnectorContractTests
{
    public static TheoryData<string> All => [.. Benches.All.Keys];

    [Theory, MemberData(nameof(All))]
    public async Task It_takes_away_what_was_meant_once_and_sees_it(string name)
    {
        await using var bench = await Benches.StartAsync(name);
        await using var connector = bench.Open();
        var before = await connector.ObserveAsync(bench.Target, default);
        (before.State, before.PreState is null, before.ImmutableId is null).ShouldBe((TargetState.Enabled, false, false), before.Description);
        before.PreState!.Length.ShouldBeLessThan(4000);
        var digest = await connector.SendAsync(bench.Command(bench.Verb, before), default);
        digest.Length.ShouldBe(64);
        var after = await connector.ObserveAsync(bench.Target, default);
        after.State.ShouldBe(bench.Wanted, after.Description);
        var effects = bench.Service.Effects.Count;
        effects.ShouldBeGreaterThan(0);
        await connector.SendAsync(bench.Command(bench.Verb, before), default);
        bench.Service.Effects.Count.ShouldBe(effects, "done twice, it has the effect of once");
        (await connector.ObserveAsync(bench.Target, default)).State.ShouldBe(bench.Wanted);
    }

    [Theory, MemberData(nameof(All))]
    public async Task What_can_be_taken_back_comes_back_as_it_was(string name)
    {
        await using var bench = await Benches.StartAsync(name);
        await using var connector = bench.Open();
        var before = await connector.ObserveAsync(bench.Target, default);
        await connector.SendAsync(bench.Command(bench.Verb, before), default);
        var gone = await connector.ObserveAsync(bench.Target, default);
        if (!bench.Ability.Reversibility.Undoable)
        {
            gone.Recoverable.ShouldBeFalse();
            (bench.Kind.Ability(bench.Target, RevocationVerb.Restore) is null || bench.Verb == RevocationVerb.Delete).ShouldBeTrue();
            return;
        }

        StepRules.Impossible(RevocationVerb.Restore, gone, before.PreState).ShouldBeNull();
        await connector.SendAsync(bench.Command(RevocationVerb.Restore, before), default);
        var after = await connector.ObserveAsync(bench.Target, default);
        StepRules.IsReached(RevocationVerb.Restore, after, before.PreState).ShouldBeTrue($"{after.State} {after.PreState} instead of {before.PreState}");
        var effects = bench.Service.Effects.Count;
        await connector.SendAsync(bench.Command(RevocationVerb.Restore, before), default);
        bench.Service.Effects.Count.ShouldBe(effects);
    }

    [Theory, MemberData(nameof(All))]
    public async Task A_dry_run_says_what_would_be_sent_and_sends_nothing(string name)
    {
        await using var bench = await Benches.StartAsync(name);
        await using var connector = bench.Open();
        var before = await connector.ObserveAsync(bench.Target, default);
        var said = await connector.DescribeAsync(bench.Command(bench.Verb, before), default);
        bench.Service.Changes.ShouldBeEmpty();
        bench.Service.Effects.ShouldBeEmpty();
        said.ShouldNotBeEmpty();
        said.ShouldAllBe(s => !s.Contains(Bench.Secret));
        await connector.SendAsync(bench.Command(bench.Verb, before), default);
        bench.Service.Changes.Count().ShouldBe(said.Count);
        foreach (var (sent, line) in bench.Service.Changes.Zip(said))
            Uri.UnescapeDataString(line).ShouldStartWith(sent.Replace("/scim/v2", string.Empty));
    }

    [Theory, MemberData(nameof(All))]
    public async Task Its_own_credential_refused_opens_the_circuit_and_says_nothing_of_the_target(string name)
    {
        foreach (var status in (int[])[401, 403])
        {
            foreach (var reads in (bool[])[true, false])
            {
                await using var bench = await Benches.StartAsync(name);
                await using var connector = bench.Open();
                var before = await connector.ObserveAsync(bench.Target, default);
                // A 401 is met again with a new token, where there can be one.
                for (var i = 0; i < 2; i++)
                    bench.Service.Faults.Enqueue(new Fault(status) { OnReads = reads });
                var fault = reads
                    ? await Should.ThrowAsync<ConnectorException>(() => connector.ObserveAsync(bench.Target, default))
                    : await Should.ThrowAsync<ConnectorException>(() => connector.SendAsync(bench.Command(bench.Verb, before), default));
                (fault.OpensBreaker, fault.Retryable).ShouldBe((true, false), fault.Message);
                fault.Message.ShouldContain($"answered {status}");
                fault.Message.ShouldNotContain(Bench.Secret);
                bench.Service.Effects.ShouldBeEmpty();
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public async Task It_waits_as_long_as_it_is_asked_to_and_tries_again_what_may_pass(string name)
    {
        var date = TimeProvider.System.GetUtcNow().AddSeconds(90).ToString("R");
        foreach (var (fault, atLeast, atMost) in ((Fault, int, int)[])[(new(429, "120"), 120, 120), (new(429, date), 60, 90), (new(429), 60, 60), (new(429, "99999999"), 86_400, 86_400), (new(503, "30"), 30, 30)])
            await FailsAsync(name, fault, f => (f.Retryable, f.OpensBreaker, f.RetryAfter!.Value.TotalSeconds >= atLeast && f.RetryAfter.Value.TotalSeconds <= atMost).ShouldBe((true, false, true), $"{f.Message} {f.RetryAfter}"));
        foreach (var status in (int[])[409, 412, 500, 502, 504])
            await FailsAsync(name, new Fault(status), f => (f.Retryable, f.OpensBreaker).ShouldBe((true, false), f.Message));
        foreach (var status in (int[])[302, 400, 422])
            await FailsAsync(name, new Fault(status), f => (f.Retryable, f.OpensBreaker).ShouldBe((false, false), f.Message));
        await FailsAsync(name, new Fault(200) { Body = "<html>Sign in</html>" }, f => (f.Retryable, f.OutcomeUnknown).ShouldBe((true, true)), mayPass: true);
    }

    [Theory, MemberData(nameof(All))]
    public async Task An_answer_lost_on_the_way_is_looked_at_before_anything_is_sent_again(string name)
    {
        foreach (var status in (int[])[0, 500])
        {
            await using var bench = await Benches.StartAsync(name);
            await using var connector = bench.Open();
            var before = await connector.ObserveAsync(bench.Target, default);
            bench.Service.Faults.Enqueue(new Fault(status) { AfterIt = true });
            var fault = await Should.ThrowAsync<ConnectorException>(() => connector.SendAsync(bench.Command(bench.Verb, before), default));
            (fault.Retryable, fault.OutcomeUnknown).ShouldBe((true, true), fault.Message);
            var steps = bench.Service.Effects.Count;
            steps.ShouldBe(1);
            var seen = await connector.ObserveAsync(bench.Target, default);
            if (seen.State != bench.Wanted)
                await connector.SendAsync(bench.Command(bench.Verb, before), default);
            (await connector.ObserveAsync(bench.Target, default)).State.ShouldBe(bench.Wanted);
            bench.Service.Effects.Distinct(StringComparer.Ordinal).Count().ShouldBe(bench.Service.Effects.Count, "no effect twice");
        }
    }

    [Theory, MemberData(nameof(All))]
    public async Task What_was_never_there_is_gone_without_a_state_before(string name)
    {
        await using var bench = await Benches.StartAsync(name);
        await using var connector = bench.Open();
        var elsewhere = Benches.Another(bench.Target);
        var seen = await connector.ObserveAsync(elsewhere, default);
        (seen.State, seen.PreState).ShouldBe((TargetState.Gone, null), seen.Description);
        StepRules.Impossible(RevocationVerb.Delete, seen, null).ShouldNotBeNull();
    }

    [Theory, MemberData(nameof(All))]
    public async Task A_name_that_another_object_took_is_not_touched(string name)
    {
        await using var bench = await Benches.StartAsync(name);
        if (bench.TakeName is null)
            return;
        await using var connector = bench.Open();
        var before = await connector.ObserveAsync(bench.Target, default);
        bench.TakeName();
        ConnectorException? refused = null;
        try
        {
            await connector.SendAsync(bench.Command(bench.Verb, before), default);
        }
        catch (ConnectorException fault)
        {
            refused = fault;
        }

        bench.Service.Effects.ShouldBeEmpty();
        if (refused is not null)
            (refused.Retryable, refused.OpensBreaker).ShouldBe((false, false), refused.Message);
        else
            (await connector.ObserveAsync(bench.Target, default)).State.ShouldBe(TargetState.Gone);
    }

    [Theory, MemberData(nameof(All))]
    public async Task A_source_that_lags_is_seen_when_it_has_caught_up(string name)
    {
        await using var bench = await Benches.StartAsync(name);
        await using var connector = bench.Open();
        var before = await connector.ObserveAsync(bench.Target, default);
        await connector.SendAsync(bench.Command(bench.Verb, before), default);
        bench.Service.StaleReads = 1;
        for (var looks = 0; looks < 10 && (await connector.ObserveAsync(bench.Target, default)).State != bench.Wanted; looks++)
        {
        }

        (await connector.ObserveAsync(bench.Target, default)).State.ShouldBe(bench.Wanted);
    }

    [Theory, MemberData(nameof(All))]
    public async Task The_test_says_in_words_what_works_and_what_is_missing(string name)
    {
        await using (var bench = await Benches.StartAsync(name))
        {
            await using var connector = bench.Open();
            var outcome = await connector.TestAsync(default);
            outcome.Refusal.ShouldBeNull();
            outcome.Value!.Length.ShouldBeGreaterThan(20);
            bench.Service.Effects.ShouldBeEmpty();
        }

        await using (var bench = await Benches.StartAsync(name))
        {
            await using var connector = bench.Open();
            for (var i = 0; i < 12; i++)
                bench.Service.Faults.Enqueue(new Fault(403) { OnReads = true });
            string words;
            try
            {
                words = (await connector.TestAsync(default)).Refusal?.Message ?? string.Empty;
            }
            catch (ConnectorException fault)
            {
                words = fault.Message;
            }

            words.ShouldMatch("right|may not|not given|lacks");
            words.ShouldNotContain(Bench.Secret);
            bench.Service.Effects.ShouldBeEmpty();
        }
    }

    private static async Task FailsAsync(string name, Fault fault, Action<ConnectorException> check, bool mayPass = false)
    {
        await using var bench = await Benches.StartAsync(name);
        await using var connector = bench.Open();
        var before = await connector.ObserveAsync(bench.Target, default);
        bench.Service.Faults.Enqueue(fault);
        try
        {
            await connector.SendAsync(bench.Command(bench.Verb, before), default);
            mayPass.ShouldBeTrue($"{fault.Status} was taken for success");
        }
        catch (ConnectorException thrown)
        {
            thrown.Message.ShouldNotContain(Bench.Secret);
            check(thrown);
        }

        bench.Service.Effects.ShouldBeEmpty();
        (await connector.ObserveAsync(bench.Target, default)).State.ShouldBe(TargetState.Enabled);
    }
}
