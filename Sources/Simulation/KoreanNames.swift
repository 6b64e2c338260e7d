import Chance

/// Names as customers have them; nobody's in particular.
enum KoreanNames {
    // As often as they are met.
    private static let surnames = [
        "김", "김", "김", "김", "이", "이", "이", "박", "박", "최", "정", "강", "조", "윤", "장", "임", "한", "오", "서", "신", "권",
        "황", "안", "송", "전", "홍", "유", "고", "문", "양", "손", "배", "백", "허", "남", "심", "노", "하", "곽", "성",
    ]
    private static let first = [
        "서", "민", "지", "하", "도", "예", "주", "수", "현", "은", "재", "시", "유", "영", "정", "태", "승", "동", "경", "윤", "나",
        "소", "다", "채",
    ]
    private static let second = [
        "준", "우", "연", "윤", "현", "진", "아", "원", "호", "빈", "은", "희", "영", "수", "민", "훈", "경", "린", "서", "율", "혁",
        "나", "선", "철",
    ]
    private static let places = [
        "한빛", "은하", "새봄", "대성", "미래", "청솔", "우리", "태양", "동해", "가람", "금강", "한라", "백두", "누리", "샛별", "남산", "성원",
        "삼호", "진흥", "신우",
    ]
    private static let shops = ["마트", "약국", "식당", "카페", "정육점", "세탁소", "빵집", "문구", "편의점", "서점"]
    private static let factories = ["정밀", "금속", "화학", "전자", "섬유", "기계", "식품", "포장", "주물", "인쇄"]

    static func name(of kind: LoadProfile.Kind, _ random: inout SeededGenerator) -> String {
        switch kind {
        case .household: random.element(surnames) + random.element(first) + random.element(second)
        case .shop: random.element(places) + random.element(shops)
        case .factory: random.element(places) + random.element(factories)
        }
    }
}
