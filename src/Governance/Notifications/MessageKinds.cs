namespace Governance.Notifications;

/// <summary>A kind of message that the console sends.</summary>
/// <param name="Code">Stable: <c>owner.asked</c>.</param>
/// <param name="Title">In words, for choices.</param>
/// <param name="Duty">Why nobody can switch it off; null when anybody can.</param>
/// <param name="Prompt">Never waits for a digest: time runs from the moment it is told.</param>
/// <param name="SampleTitle">A title as it comes, for previews.</param>
/// <param name="SampleBody">A text as it comes, for previews.</param>
/// <param name="SampleLink">Where such a message leads.</param>
public sealed record MessageKind(string Code, string Title, string? Duty, bool Prompt, string SampleTitle, string SampleBody, string SampleLink);

/// <summary>The one list of kinds. What is not in it can be switched off, and has a template of the common form.</summary>
public static class MessageKinds
{
    private const string Answer = "Somebody's access waits for your answer.";

    /// <summary>Several messages of one person in one mail.</summary>
    public const string Digest = "digest";

    public static IReadOnlyList<MessageKind> All { get; } =
    [
        new("review.waiting", "A review waits", Answer, false, "12 identities wait for your review", "Q4 review · AI tools in Finance is open until 14 December. Certify what is still needed; what nobody answers is not certified.", "/reviews"),
        new("review.reminder", "Reminder of a review", Answer, false, "5 of 12 identities still wait for your review", "Q4 review · AI tools in Finance ends on 14 December.", "/reviews"),
        new("review.escalated", "A review went on to you", "Somebody did not answer, and now you are the one who is asked.", false, "A review by Bob Baker waits for you", "Bob Baker has not answered, and it ends on 14 December.", "/reviews"),
        new("review.asked", "A question on a review", Answer, false, "Ada Lovelace asks you about svc-notion-sync", "Does it still need to read every mailbox?", "/reviews"),
        new("review.comment", "A remark on a review", null, false, "Bob Baker wrote about svc-notion-sync", "Only the export runs at night.", "/reviews"),
        new("owner.asked", "You are asked to own something", Answer, false, "Is this yours? 7 identities of Notion AI", "They were made with your account, or their secret lies in a file of yours. Accept, decline with a reason, or name somebody else.", "/owners/proposals"),
        new("owner.reminded", "Reminder of a question to you", Answer, false, "7 identities still wait for your answer", "You were asked a week ago whether they are yours. Without an answer your manager is asked next.", "/owners/proposals"),
        new("owner.escalated", "A question went on to you", "Somebody did not answer, and now you are the one who is asked.", false, "4 identities have nobody who answers", "Bob Baker was asked two weeks ago and gave no answer. As the manager you say who owns them.", "/owners/proposals"),
        new("owner.succession", "A leaver's identities came to you", "Somebody left, and until you settle it nobody answers for what they owned.", false, "You inherit 9 identities of Carol Chen", "Carol Chen has left. Accept them, hand them over, or have them revoked.", "/owners/succession"),
        new("owner.named", "You were named", null, false, "You are technical owner of svc-notion-sync", "Ada Lovelace named you as the one who runs it. If that is wrong, step out.", "/owners/proposals"),
        new("owner.claimed", "Somebody claims an identity of yours", null, false, "Someone claims an identity of yours", "Dave Diaz says that svc-export is his. Confirm it or keep it.", "/owners/proposals"),
        new("owner.claim-refused", "A claim of yours was refused", null, false, "Your claim was not confirmed", "Ada Lovelace: it belongs to the data platform.", "/owners/proposals"),
        new("revocation.notice", "Access will be taken away", "The notice period runs from this message, and only you may know what would break.", true, "svc-notion-sync will be disabled on 2 December", "Nobody certified it in Q4 review · AI tools in Finance. Object until then if it is still needed.", "/revocations"),
        new("revocation.question", "A question before access is taken away", "It is taken away unless somebody who knows objects, and you were asked.", true, "svc-notion-sync is in use: may it be disabled?", "It was used 3 hours ago. Say whether it may go.", "/revocations"),
        new("request.waiting", "A request for an identity waits", "Nobody may make it before you have decided, and somebody waits for it.", false, "Rita Rivera asks for svc-report-agent", "Writes the weekly sales report with Notion AI, until 1 March.", "/requests"),
        new("request.decided", "Your request was decided", null, false, "svc-report-agent: approved", "By Ada Lovelace.", "/requests"),
        new("directory.held", "A directory lost many people at once", null, true, "Directory Entra: 212 of 1,840 people are gone at once", "Nothing was changed. Look whether the directory was read whole, then confirm or stop the import.", "/imports"),
    ];

    public static MessageKind? Find(string code) => All.FirstOrDefault(k => string.Equals(k.Code, code, StringComparison.Ordinal));

    /// <summary>Whether it asks for an answer. Nobody can switch these off.</summary>
    public static bool IsDuty(string code) => Find(code)?.Duty is not null;

    /// <summary>The kind in words.</summary>
    public static string TitleOf(string code) => code == Digest ? "Digest" : Find(code)?.Title ?? code.Replace('.', ' ').Replace('-', ' ');
}
