package import Contracts

/// A customer with all that he is going to do, known beforehand.
package struct SimulatedCustomer: Sendable, Hashable {
    package struct PlannedAnswer: Sendable, Hashable {
        package let answer: Answer
        package let form: AnswerForm

        package init(_ answer: Answer, _ form: AnswerForm = .plain) { (self.answer, self.form) = (answer, form) }
    }

    /// From 1 on: what is drawn for him depends on this and the seed only.
    package let number: Int64
    package let id: UserID
    package let name: String
    /// Wh an hour.
    package let capacity: Int64
    package let profile: LoadProfile
    /// For how many days before the order's there are readings of him.
    package let daysOfReadings: Int64
    /// In the order in which he gives them; empty when he stays silent.
    package let answers: [PlannedAnswer]
    /// What he uses during the order beside his habit, in thousandths: −300 is a reduction by 30 %.
    package let change: Int64
    /// The place of his resource among those of the population; nil where he belongs to none.
    package let resource: Int?
    /// Which of the simulated utility's customers he is, from 1 on: his days before the order come from there; nil
    /// where his meter sends them by itself.
    package let account: Int64?
    /// How he is told of the order; nil where nobody tells him.
    package let contact: Contact?

    package init(
        number: Int64, id: UserID, name: String, capacity: Int64, profile: LoadProfile, daysOfReadings: Int64,
        answers: [PlannedAnswer], change: Int64, resource: Int? = nil, account: Int64? = nil,
        contact: Contact? = nil
    ) {
        (self.account, self.contact) = (account, contact)
        (self.number, self.id, self.name, self.capacity) = (number, id, name, capacity)
        (self.profile, self.daysOfReadings) = (profile, daysOfReadings)
        (self.answers, self.change, self.resource) = (answers, change, resource)
    }

    /// The one that counts: the last.
    package var answer: Answer { answers.last?.answer ?? .ignore }
}
