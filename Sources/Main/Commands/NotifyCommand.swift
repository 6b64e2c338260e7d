/// `negawatt notify`: what its help says beside what all daemons' helps say.
enum NotifyCommand {
    static let about = """

        It tells customers of whom SetContact in notify.commands says how: of an order (Listmade), its change and its withdrawal,
        of what they have reduced, and of their points. A channel (push, SMS, mail, 알림톡) is a receiver over HTTP, which gets
          POST URL {"notices": [{"key", "channel", "to", "language", "kind", "title", "text", "link", "expiresAt"}]}, at most 100,
        signed as Standard Webhooks are (Webhook-Id, Webhook-Timestamp, Webhook-Signature), and answers with 2xx and
          {"results": [{"key", "status": "accepted", "duplicate" or "refused"}]}, or without a body: all accepted.
        The same notice always has the same key: a receiver that honours it tells nobody twice. What is unanswered is told again;
        what is refused goes over the customer's next channel, and so does an order's notice that nobody has confirmed within
        --fallback-min (ConfirmNotice from a receiver, AcknowledgeNotice from the customer's app, by the key). In quiet hours only
        what begins before their end is told. It begins with what happens from its first start on, never with old orders.
        With --answer-link-url and --answer-link-key-file notices of orders bring a link ({link} in templates, "link" in calls): behind
        it the customer sees the order in the gateway and accepts or declines it with one press, once, until its end, without a login.
        When a receiver fails, its circuit opens, and no other channel is held up: see negawatt_notify_circuit,
        negawatt_notify_paused, negawatt_notify_notices_total and negawatt_notify_notices_late_seconds at /metrics.
        Keys are in files and are never shown. Addresses are in notify.commands, notify.changelog and this daemon's files, in
        notify.internal where a command had another key than the customer, and in dead letters of commands that were refused;
        in no event, log, or reason of a rejection. Redirects are not followed, and private addresses not connected to.
        """

    static let example = "negawatt notify --config kafka.properties --channels /etc/negawatt/channels.json"
}
