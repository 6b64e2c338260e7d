/// Who takes part, and how they behave. Shares are thousandths.
package struct PopulationSettings: Sendable, Hashable {
    package var customers: Int64
    /// Of readings before the order.
    package var weeks: Int64
    package var seed: UInt64
    /// Of all customers.
    package var accept: Int64
    /// Of all customers; who neither accepts nor denies stays silent.
    package var deny: Int64
    /// Of those who accept; half of the others continue as ever, half use more.
    package var reduce: Int64
    /// Of those who answer: they say the contrary first.
    package var changeMind: Int64
    /// Of all answers: written in another form than usual.
    package var oddForms: Int64
    /// Of all customers: they have come today and have readings of no day before.
    package var newcomers: Int64
    /// How many resources they belong to in turn, as many customers to each as to none; 0: all to none.
    package var resources: Int64
    /// So many, the first ones, have their days from the simulated utility, and of which seed that is.
    package var (utilityCustomers, utilitySeed): (Int64, UInt64) = (0, 1)
    /// So many, the first ones, are told by notify, over its channel `push`.
    package var contacts: Int64 = 0

    package init(
        customers: Int64 = 1000, weeks: Int64 = 3, seed: UInt64 = 1, accept: Int64 = 600, deny: Int64 = 200,
        reduce: Int64 = 800, changeMind: Int64 = 50, oddForms: Int64 = 50, newcomers: Int64 = 20,
        resources: Int64 = 0
    ) {
        (self.customers, self.weeks, self.seed) = (customers, weeks, seed)
        (self.accept, self.deny, self.reduce) = (accept, deny, reduce)
        (self.changeMind, self.oddForms, self.newcomers) = (changeMind, oddForms, newcomers)
        self.resources = resources
    }

    /// What is wrong with them, in words that name the option; nil when nothing is.
    package var fault: String? {
        if !(1...1_000_000).contains(customers) { return "--customers is \(customers): must be 1 to 1000000" }
        if !(1...12).contains(weeks) {
            return "--weeks is \(weeks): must be 1 to 12, since readings are kept for 90 days"
        }
        if !(0...50).contains(resources) { return "--resources is \(resources): must be 0 to 50" }
        if !(0...customers).contains(utilityCustomers) {
            return "--utility-customers is \(utilityCustomers): must be at most --customers, \(customers)"
        }
        if !(0...customers).contains(contacts) {
            return "--contacts is \(contacts): must be at most --customers, \(customers)"
        }
        for (name, share) in [("accept", accept), ("deny", deny), ("reduce", reduce)]
        where !(0...1000).contains(share) {
            return "--\(name) is a share: must be 0 to 1, with at most three decimals"
        }
        if accept + deny > 1000 {
            return "--accept and --deny are shares of all customers: their sum must be at most 1"
        }
        return nil
    }
}
