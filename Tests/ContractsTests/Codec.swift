import Contracts
import JSON
import Schemas

/// A message of the contract, read and written by its Swift half.
struct Codec: Sendable, CustomStringConvertible {
    let type: MessageType
    let lookalikes: [Lookalike]
    let decode: @Sendable (String) throws(JSONError) -> any Message

    init<M: Message>(_ message: M.Type) {
        (type, lookalikes) = (M.type, M.lookalikes)
        decode = { text throws(JSONError) in
            var reader = JSONReader()
            return try M(reader.fields(of: text.utf8.span))
        }
    }

    var description: String { type.description }

    /// Every message there is: one that is missing here fails the tests.
    static let all: [Codec] = [
        Codec(StartDr.self), Codec(ChangeDr.self), Codec(EndDr.self), Codec(CancelDr.self), Codec(DRStarted.self),
        Codec(DRChanged.self), Codec(DREnded.self), Codec(DRCancelled.self), Codec(ChangeList.self),
        Codec(CancelList.self), Codec(ListChanged.self), Codec(ListCancelled.self),
        Codec(RegisterUser.self), Codec(UpdateUser.self), Codec(WithdrawPoint.self),
        Codec(ConfirmWithdrawal.self), Codec(FailWithdrawal.self), Codec(AdjustPoint.self), Codec(WithdrawalPaid.self),
        Codec(WithdrawalFailed.self),
        Codec(LeaveUser.self), Codec(DeleteUser.self), Codec(UserLeft.self),
        Codec(UserRegistered.self), Codec(UserUpdated.self), Codec(PointChanged.self), Codec(PointWithdrawn.self),
        Codec(Accept.self), Codec(Deny.self), Codec(MakeList.self), Codec(SaveList.self),
        Codec(ListMade.self), Codec(AcceptChosen.self), Codec(DenyChosen.self), Codec(ListSaved.self),
        Codec(MeterReading.self), Codec(MeterReadings.self), Codec(ReductionCheck.self), Codec(Replay.self),
        Codec(RegisterMeter.self), Codec(RevokeMeter.self), Codec(MeterRegistered.self), Codec(MeterRevoked.self),
        Codec(MeterAnswered.self),
        Codec(SetContact.self), Codec(RemoveContact.self), Codec(ConfirmNotice.self), Codec(AcknowledgeNotice.self),
        Codec(NoticeAnswered.self), Codec(ContactSet.self), Codec(ContactRemoved.self), Codec(NoticeAccepted.self),
        Codec(NoticeDelivered.self), Codec(NoticeSeen.self), Codec(NoticeFailed.self),
        Codec(Replayed.self), Codec(SetMarket.self), Codec(UseMarket.self), Codec(MarketChanged.self),
        Codec(StartNamedDr.self), Codec(ReserveOrder.self), Codec(OrderReserved.self), Codec(MoveReservation.self),
        Codec(RegisterResource.self), Codec(UseResource.self), Codec(ResourceRegistered.self), Codec(SumResource.self),
        Codec(TargetResource.self), Codec(SettlePoints.self), Codec(SettledPart.self),
        Codec(ResourceReduction.self), Codec(StateKpxFigure.self), Codec(KpxFigureStated.self),
    ]

    /// The topic that the message is written to, and its part of the file there.
    var contract: (topic: String, message: TopicFile.Message) {
        get throws {
            for file in Schemas.catalogue.values {
                if let message = file.messages[type.description] { return (file.name, message) }
            }
            throw SchemaError(message: type.description, path: "$", "is in no file of topics/")
        }
    }
}

extension TopicFile.Message {
    /// Whether only our own daemons write it: then it holds no field that its schema does not know.
    var isOurs: Bool { schema["additionalProperties"] == .bool(false) }

    /// What can be varied: the fields of the example and those that the schema names.
    var fields: [String] {
        let named = schema["properties"]?.object ?? [:]
        return Set(named.keys).union((example.object ?? [:]).keys).sorted()
    }

    /// The example with other text in place of a field's value; nil takes the field out.
    func example(_ field: String, _ text: String?) -> String {
        var fields = (example.object ?? [:]).mapValues(\.description)
        fields[field] = text
        return "{" + fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }
}
