/// What a worker wants somebody outside to be asked, over HTTP say: it reaches no I/O itself.
///
/// The call is made once the transaction that asks for it is committed, and what comes of it comes back as a record of
/// the context's internal topic, in the partition that has asked. It may never be made, for the process may end in
/// between, or be made without anybody hearing of it: so a worker keeps a row of each call with the number of the
/// attempt, has a timer ask again, and passes over what an earlier attempt has come to.
package protocol OutsideCall: Sendable {
    /// The partition that has asked.
    var partition: Int32 { get }
}
