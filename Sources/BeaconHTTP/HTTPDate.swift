/// IMF-fixdate, the one form of date that is sent (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Unix seconds from 0 to the end of the year 9999; anything outside is moved to the nearer end.
    static func text(_ unixSeconds: Int64) -> String {
        let seconds = Int(min(max(unixSeconds, 0), 253_402_300_799))
        let (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, date) = civil(day)
        func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
        let clock = "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))"
        let padding = String(repeating: "0", count: 4 - "\(year)".utf8.count)
        return "\(days[day % 7]), \(two(date)) \(months[month - 1]) \(padding)\(year) \(clock) GMT"
    }

    /// The Gregorian date of a day counted from 1970-01-01. Years are counted from March, so that the leap day is the
    /// last one; 719,468 days lie between 0000-03-01 and 1970-01-01, and 400 years have 146,097 days.
    private static func civil(_ day: Int) -> (year: Int, month: Int, date: Int) {
        let (era, dayOfEra) = (day + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // 153 days in every five months from March on.
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}
