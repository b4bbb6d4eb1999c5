Attribute VB_Name = "QQRibbon"
Option Explicit

' The buttons of the tab: one callback for all of them, the id of the button is the action.
' Texts come from the sheet qq_excel.texts, since a VBA project has no Chinese in code page 1252.

Public Const QQ_VERSION As String = "{version}"
Private Const TEXTS_SHEET As String = "qq_excel.texts"
Private mTexts As Variant

Public Sub QQ_OnAction(control As IRibbonControl)
    QQ_Run control.ID
End Sub

Public Sub QQ_GetLabel(control As IRibbonControl, ByRef returned As Variant)
    returned = QQ_Text("label." & control.ID, control.ID)
End Sub

Public Sub QQ_GetScreentip(control As IRibbonControl, ByRef returned As Variant)
    returned = QQ_Text("tip." & control.ID, control.ID)
End Sub

Public Sub QQ_GetSupertip(control As IRibbonControl, ByRef returned As Variant)
    returned = QQ_Text("more." & control.ID, "")
End Sub

' Also without a ribbon: Application.Run "'qq_excel.xlam'!QQRibbon.QQ_Run", "qq_check"
Public Sub QQ_Run(ByVal actionId As String)
    On Error GoTo failed
    If Not QQ_IsActionId(actionId) Then
        QQ_Say "msg.unknown_action", "There is no such button."
        Exit Sub
    End If
    If actionId = "qq_restart" Then
        QQ_Restart
        Exit Sub
    End If
    If ActiveWorkbook Is Nothing Then
        If QQ_Text("book." & actionId, "needed") = "needed" Then
            QQ_Say "msg.no_book", "Open a workbook first."
            Exit Sub
        End If
        Workbooks.Add
    End If
    RunPython QQ_Command(actionId)
    Exit Sub
failed:
    QQ_Failed Err.Description
End Sub

' What is handed to Python. Only an id that QQ_IsActionId has seen gets here, and two constants.
Public Function QQ_Command(ByVal actionId As String) As String
    #If Mac Then
        QQ_Command = actionId & "|" & QQ_VERSION & "|" & QQ_Language()
    #Else
        QQ_Command = "import qq_excel.addin.click; qq_excel.addin.click.clicked('" & actionId & "', '" & QQ_VERSION & "', '" & QQ_Language() & "')"
    #End If
End Function

' qq_ and then a to z, 0 to 9 and _; 40 characters at most.
Public Function QQ_IsActionId(ByVal actionId As String) As Boolean
    Dim i As Long
    QQ_IsActionId = False
    If Len(actionId) < 4 Or Len(actionId) > 39 Then Exit Function
    If StrComp(Left$(actionId, 3), "qq_", vbBinaryCompare) <> 0 Then Exit Function
    For i = 4 To Len(actionId)
        If InStr(1, "abcdefghijklmnopqrstuvwxyz0123456789_", Mid$(actionId, i, 1), vbBinaryCompare) = 0 Then Exit Function
    Next i
    QQ_IsActionId = True
End Function

' Windows: ends the Python that stays up between clicks; the next click starts a new one. macOS starts one per click.
Private Sub QQ_Restart()
    #If Mac Then
        QQ_Say "msg.no_server", "On macOS every click starts anew; there is nothing to restart."
    #Else
        KillPy
        QQ_Say "msg.restarted", "Restarted. The next click takes a little longer."
    #End If
End Sub

' One sentence, what to do, and the last line of the reason: a traceback is for the log.
Public Sub QQ_Failed(ByVal reason As String)
    Dim lines As Variant
    Dim i As Long
    Dim last As String
    On Error Resume Next
    Application.StatusBar = False
    lines = Split(Replace(reason, vbCr, vbLf), vbLf)
    For i = LBound(lines) To UBound(lines)
        If Len(Trim$(lines(i))) > 0 Then last = Trim$(lines(i))
    Next i
    MsgBox QQ_Text("msg.failed", "The program behind the buttons did not answer. Run qq-excel addin doctor.") & vbLf & vbLf & Left$(last, 300), vbExclamation, QQ_Text("label.qq_tab", "qq_excel")
End Sub

Private Sub QQ_Say(ByVal key As String, ByVal fallback As String)
    MsgBox QQ_Text(key, fallback), vbInformation, QQ_Text("label.qq_tab", "qq_excel")
End Sub

' zh where Excel speaks Chinese and where it does not say, else en.
Public Function QQ_Language() As String
    Dim settings As Object
    QQ_Language = "zh"
    On Error GoTo unknown
    #If Mac Then
        Select Case Application.International(xlCountryCode)
            Case 86, 852, 853, 886
                QQ_Language = "zh"
            Case Else
                QQ_Language = "en"
        End Select
    #Else
        ' 2 is msoLanguageIDUI; the low ten bits are the language without its region, 4 is Chinese
        Set settings = Application.LanguageSettings
        If (settings.LanguageID(2) And 1023) <> 4 Then QQ_Language = "en"
    #End If
unknown:
End Function

Public Function QQ_Text(ByVal key As String, ByVal fallback As String) As String
    Dim i As Long
    Dim column As Long
    QQ_Text = fallback
    On Error GoTo absent
    If IsEmpty(mTexts) Then mTexts = ThisWorkbook.Worksheets(TEXTS_SHEET).Range("A1:C{rows}").Value
    column = 2
    If QQ_Language() = "en" Then column = 3
    For i = 1 To UBound(mTexts, 1)
        If mTexts(i, 1) = key Then
            QQ_Text = mTexts(i, column)
            Exit Function
        End If
    Next i
absent:
End Function
