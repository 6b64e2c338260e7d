extension Templates {
    /// What customers read where nobody has written other words.
    static let builtIn = """
        asked.ko.title = 전력 감축 요청
        asked.ko.text = {start}부터 {end}까지 전기 사용을 줄여 주세요. 앱에서 참여 또는 거절을 선택해 주세요. (요청 번호 {id})
        asked.en.title = Please reduce your electricity use
        asked.en.text = Please use less electricity from {start} to {end}. Accept or decline in the app. (Order {id})
        changed.ko.title = 전력 감축 요청 변경
        changed.ko.text = 감축 시간이 {start}부터 {end}까지로 변경되었습니다. 이미 하신 응답은 그대로 유지됩니다. (요청 번호 {id})
        changed.en.title = The order's times have changed
        changed.en.text = The order now runs from {start} to {end}. Your answer stays as it is. (Order {id})
        withdrawn.ko.title = 전력 감축 요청 취소
        withdrawn.ko.text = {start}에 예정된 감축 요청이 취소되었습니다. 사유: {reason} (요청 번호 {id})
        withdrawn.en.title = The order is withdrawn
        withdrawn.en.text = The order of {start} is withdrawn: {reason}. You need do nothing. (Order {id})
        ended.ko.title = 전력 감축 종료
        ended.ko.text = {end}에 감축이 종료되었습니다. 참여해 주셔서 감사합니다. (요청 번호 {id})
        ended.en.title = The order has ended
        ended.en.text = The order has ended at {end}. Thank you for taking part. (Order {id})
        result.ko.title = 감축 결과 안내
        result.ko.text = 감축량 {amount} Wh가 확인되었습니다. (요청 번호 {id})
        result.en.title = What you have reduced
        result.en.text = Your reduction of {amount} Wh has been checked. (Order {id})
        points.ko.title = 포인트 안내
        points.ko.text = 포인트가 {amount}점 변동되어 잔액은 {balance}점입니다. (요청 번호 {id})
        points.en.title = Your points
        points.en.text = Your points have changed by {amount}; your balance is {balance}. (Order {id})
        adjusted.ko.title = 포인트 조정 안내
        adjusted.ko.text = 포인트가 {amount}점 조정되어 잔액은 {balance}점입니다. 사유: {reason}
        adjusted.en.title = Your points were adjusted
        adjusted.en.text = Your points were adjusted by {amount}; your balance is {balance}. Reason: {reason}
        expired.ko.title = 포인트 소멸 안내
        expired.ko.text = 유효 기간이 지나 포인트가 {amount}점 변동되었습니다. 잔액은 {balance}점입니다.
        expired.en.title = Points have expired
        expired.en.text = Points have expired: {amount}; your balance is {balance}.
        paid.ko.title = 포인트 지급 완료
        paid.ko.text = 신청하신 {amount}점이 지급되었습니다. (신청 번호 {id})
        paid.en.title = Your points were paid out
        paid.en.text = {amount} points were paid out. (Withdrawal {id})
        unpaid.ko.title = 포인트 지급 실패
        unpaid.ko.text = 신청하신 {amount}점을 지급하지 못해 돌려 드렸습니다. 잔액은 {balance}점입니다. 사유: {reason} (신청 번호 {id})
        unpaid.en.title = Your points could not be paid out
        unpaid.en.text = {amount} points could not be paid out and are back; your balance is {balance}. Reason: {reason} (Withdrawal {id})
        """

    /// In place of some of them where customers can answer by a link.
    static let builtInWithLinks = """
        asked.ko.text = {start}부터 {end}까지 전기 사용을 줄여 주세요. 참여 여부 선택: {link} (요청 번호 {id})
        asked.en.text = Please use less electricity from {start} to {end}. Accept or decline: {link} (Order {id})
        changed.ko.text = 감축 시간이 {start}부터 {end}까지로 변경되었습니다. 이미 하신 응답은 그대로 유지됩니다. 응답 확인: {link} (요청 번호 {id})
        changed.en.text = The order now runs from {start} to {end}. An answer that you have given stays as it is: {link} (Order {id})
        """
}
