package import Contracts

/// What goes into a processor beside the record, and what comes out.
extension Processor {
    /// What a record comes to.
    package enum Outcome {
        case done(Done)
        /// Not for this context.
        case skipped
        /// The record belongs to this partition of the context.
        case elsewhere(Int32)
        case rejected(Rejection)
        /// A dead letter of this partition is to be handled again.
        case replay(offset: Int64)
        /// Call again when all that lies in the partition's commands now has been handled.
        case waits
    }

    /// What a handler has done, to be written. Its bytes are used again by the processor's next call.
    package struct Done {
        /// Of the message that was handled; nil for a timer.
        package let type: MessageType?
        /// What the worker has read and written.
        package let transaction: Transaction
    }

    /// What a timer has done when it fired.
    package struct Fired {
        /// What the timer has done, also where that is nothing.
        package let done: Done
        /// Why it has done nothing but go away.
        package let rejection: Rejection?
    }

    /// Lends the record's header `type`, nil for none. Looking for it costs: it is asked for only where the value does
    /// not state its type.
    package typealias TypeHeader = (_ body: (Span<UInt8>?) throws -> Void) throws -> Void

    /// Lends one that has been read already.
    package static func header(_ type: [UInt8]?) -> TypeHeader {
        { body in if let type { try body(type.span) } else { try body(nil) } }
    }

    /// Where a record was written first, wherever it is read from now: it may be one of that topic's messages, and if
    /// it waits in vain, its dead letter names that place.
    package struct Origin: Sendable {
        /// Where the record lies that is handled.
        package let source: Transaction.Source
        /// It lies among the commands from before these took exactly what the contract lists: any message that a
        /// handler takes may be a copy that an earlier version has forwarded.
        package let isOld: Bool
        /// Its time is when a broker got it, and not what its sender states.
        package let hasBrokersTime: Bool
        /// What the record was, where this one says it again: see `KeptRecord`.
        package let cut: String?

        /// Of a record from this place.
        package init(
            _ source: Transaction.Source, isOld: Bool = false, hasBrokersTime: Bool = false, cut: String? = nil
        ) {
            (self.source, self.isOld, self.hasBrokersTime, self.cut) = (source, isOld, hasBrokersTime, cut)
        }
    }
}
