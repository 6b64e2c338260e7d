import Testing

@testable import Meters

@Suite struct EnergyTests {
    /// kWh as text, and tenths of a Wh or why it is none.
    @Test(
        arguments: [
            ("0.0911", 911), ("0", 0), ("-0", 0), ("1", 10_000), ("82.87", 828_700), ("+1.5", 15_000), (".5", 5000),
            ("5.", 50_000), ("4e-2", 400), ("4.12E1", 412_000), ("0.00004", 0), ("0.00005", 1),
            ("0.00014999999999999999999", 1),
            ("1000000", 10_000_000_000), ("000000000000000000000000001", 10_000),
            ("0.00000000000000000000000001e26", 10_000),
            ("1e-999", 0), ("0e999", 0),
        ] as [(String, Int64)]) func `kWh become tenths of a Wh, exactly`(_ text: String, _ tenths: Int64) throws
    {
        #expect(try Energy.tenths(text.utf8.span, power: EnergyUnit.kilowattHours.power) == tenths)
    }

    @Test(
        arguments: [
            ("", .empty), ("-", .notNumber), ("+", .notNumber), (".", .notNumber), ("x", .notNumber),
            ("1,5", .notNumber),
            ("1.2.3", .notNumber), ("1e", .notNumber), ("1e+", .notNumber), ("1e1.5", .notNumber), ("e5", .notNumber),
            ("1 000", .notNumber), ("NaN", .notNumber), ("Infinity", .notNumber), ("0x10", .notNumber),
            ("-0.0001", .negative),
            ("1000000.0001", .tooLarge), ("9999999999999999999999999999", .tooLarge), ("1e999", .tooLarge),
            (String(repeating: "1", count: 101), .notNumber),
        ] as [(String, Energy.Fault)]) func `what is no reading says why`(_ text: String, _ fault: Energy.Fault)
    {
        #expect(throws: fault) { try Energy.tenths(text.utf8.span, power: EnergyUnit.kilowattHours.power) }
    }

    @Test func `the unit and the decimal comma are declared`() throws {
        #expect(try Energy.tenths("412.3".utf8.span, power: EnergyUnit.wattHours.power) == 4123)
        #expect(try Energy.tenths("0,4123".utf8.span, power: EnergyUnit.kilowattHours.power, comma: true) == 4123)
        #expect(throws: Energy.Fault.notNumber) { try Energy.tenths("0.4123".utf8.span, power: 4, comma: true) }
    }
}
