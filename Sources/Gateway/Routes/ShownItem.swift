import Contracts
import HTTP
import JSON

/// A thing that has an address of its own.
protocol ShownItem: Sendable {
    func write(_ json: inout JSONWriter, _ call: Call)

    /// Other bytes, another tag; it is the same whether the thing is read or a write has just left it so.
    func tag(_ call: Call) -> String
}

extension ShownItem {
    func bytes(_ call: Call) -> [UInt8] { JSONWriterBytes { write(&$0, call) }.bytes }

    func tag(_ call: Call) -> String { Tag(bytes(call)).text }
}

// Those that are asked for again and again have their tags made of what the answer is made of: whoever knows the answer
// has none written for him. All that `write` looks at has to go in.

extension ShownUser: ShownItem {
    func write(_ json: inout JSONWriter, _ call: Call) { write(&json, call.links) }

    func tag(_ call: Call) -> String {
        var tag = Tag(call)
        tag.add(id)
        tag.add(name)
        tag.add(capacity)
        tag.add(point)
        tag.add(leftAt)
        tag.add(resource)
        return tag.text
    }
}

extension ShownOrder: ShownItem {
    func write(_ json: inout JSONWriter, _ call: Call) { write(&json, call.links, call.permissions, isWhole: true) }

    /// In two parts: the figures move with each answer, and a command is not meant for another order because of that.
    func tag(_ call: Call) -> String {
        var state = Tag(call)
        state.add(id)
        state.add(name)
        state.add(kind)
        state.add(isOver)
        state.add(startsAt)
        state.add(endsAt)
        state.add(cancelledAt)
        state.add(reason)
        state.add(isTest)
        guard call.permissions.seesAll else { return state.text }
        state.add(resources?.joined(separator: "/"))
        state.add(isUnassigned)
        state.add(quantity)
        var figures = Tag()
        for figure in tally.figures { figures.add(figure) }
        figures.add(tally.quarterBaseline)
        figures.add(tally.quarterUsed)
        for figure in load.figures { figures.add(figure) }
        figures.add(won.own)
        figures.add(won.kpx)
        // A version says all that is in it.
        for reduction in reductions {
            figures.add(reduction.resource.text)
            figures.add(reduction.version)
        }
        return state.text(figures)
    }
}

extension ShownResponse: ShownItem {
    func write(_ json: inout JSONWriter, _ call: Call) { write(&json, call.links, call.permissions) }

    func tag(_ call: Call) -> String {
        var tag = Tag(call)
        tag.add(order)
        tag.add(user)
        tag.add(name)
        tag.add(capacity)
        tag.add(answer.rawValue)
        tag.add(answeredAt)
        tag.add(startsAt)
        tag.add(endsAt)
        tag.add(isSaved)
        tag.add(isCancelled)
        tag.add(resource)
        return tag.text
    }
}

extension ShownDeadLetter: ShownItem {
    func write(_ json: inout JSONWriter, _ call: Call) { write(&json, call.links, call.permissions) }
}

extension ShownWithdrawal: ShownItem {
    func write(_ json: inout JSONWriter, _ call: Call) { write(&json, call.links, call.permissions) }
}
