using MudBlazor;

namespace Governance.Web.Layout;

/// <summary>The console's own look. Contrast of text on surface and background is at least 5 : 1 in both modes.</summary>
public static class ConsoleTheme
{
    private static readonly string[] Sans = ["IBM Plex Sans", "Segoe UI", "Helvetica", "Arial", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Background = "#F6F7F9", BackgroundGray = "#EEF0F4", Surface = "#FFFFFF", LinesDefault = "#E1E5EB", LinesInputs = "#8A94A3", TableLines = "#E1E5EB", Divider = "#E1E5EB", DividerLight = "#EEF0F4",
            TextPrimary = "#14181F", TextSecondary = "#4A5565", TextDisabled = "#6B7685", ActionDefault = "#4A5565", ActionDisabled = "#8A94A3", ActionDisabledBackground = "#E9ECF1",
            Primary = "#0E6B62", PrimaryContrastText = "#FFFFFF", Secondary = "#4A5565", SecondaryContrastText = "#FFFFFF", Tertiary = "#5B3FD1", TertiaryContrastText = "#FFFFFF",
            Error = "#B3261E", ErrorContrastText = "#FFFFFF", Warning = "#B54708", WarningContrastText = "#FFFFFF", Success = "#1E7A3C", SuccessContrastText = "#FFFFFF", Info = "#1F5FAE", InfoContrastText = "#FFFFFF",
            AppbarBackground = "#FFFFFF", AppbarText = "#14181F", DrawerBackground = "#FFFFFF", DrawerText = "#14181F", DrawerIcon = "#4A5565", TableHover = "#F1F6F5", TableStriped = "#FAFBFC", Skeleton = "#E9ECF1", OverlayDark = "rgba(20,24,31,0.45)",
        },
        PaletteDark = new PaletteDark
        {
            Background = "#0F1319", BackgroundGray = "#141922", Surface = "#171C24", LinesDefault = "#2A3240", LinesInputs = "#6C7889", TableLines = "#2A3240", Divider = "#2A3240", DividerLight = "#222936",
            TextPrimary = "#E8ECF2", TextSecondary = "#A9B4C2", TextDisabled = "#8692A2", ActionDefault = "#A9B4C2", ActionDisabled = "#6C7889", ActionDisabledBackground = "#222936",
            Primary = "#5CC7BA", PrimaryContrastText = "#0F1319", Secondary = "#A9B4C2", SecondaryContrastText = "#0F1319", Tertiary = "#B5A4FF", TertiaryContrastText = "#0F1319",
            Error = "#FF8A80", ErrorContrastText = "#0F1319", Warning = "#FFA15C", WarningContrastText = "#0F1319", Success = "#6FD08C", SuccessContrastText = "#0F1319", Info = "#82B7FF", InfoContrastText = "#0F1319",
            AppbarBackground = "#171C24", AppbarText = "#E8ECF2", DrawerBackground = "#171C24", DrawerText = "#E8ECF2", DrawerIcon = "#A9B4C2", TableHover = "#1C2530", TableStriped = "#191F28", Skeleton = "#222936", Black = "#0F1319", OverlayDark = "rgba(0,0,0,0.6)",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px", DrawerWidthLeft = "232px", AppbarHeight = "56px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Sans, FontSize = "14px", LineHeight = "1.45", LetterSpacing = "0" },
            H1 = new H1Typography { FontFamily = Sans, FontSize = "28px", FontWeight = "600", LineHeight = "1.25", LetterSpacing = "-0.01em" },
            H2 = new H2Typography { FontFamily = Sans, FontSize = "20px", FontWeight = "600", LineHeight = "1.3", LetterSpacing = "0" },
            H3 = new H3Typography { FontFamily = Sans, FontSize = "16px", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "0" },
            H4 = new H4Typography { FontFamily = Sans, FontSize = "16px", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "0" },
            H5 = new H5Typography { FontFamily = Sans, FontSize = "16px", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "0" },
            H6 = new H6Typography { FontFamily = Sans, FontSize = "16px", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "0" },
            Subtitle1 = new Subtitle1Typography { FontFamily = Sans, FontSize = "14px", FontWeight = "500", LetterSpacing = "0" },
            Subtitle2 = new Subtitle2Typography { FontFamily = Sans, FontSize = "12px", FontWeight = "500", LetterSpacing = "0" },
            Body1 = new Body1Typography { FontFamily = Sans, FontSize = "14px", LineHeight = "1.45", LetterSpacing = "0" },
            Body2 = new Body2Typography { FontFamily = Sans, FontSize = "14px", LineHeight = "1.45", LetterSpacing = "0" },
            Caption = new CaptionTypography { FontFamily = Sans, FontSize = "12px", LineHeight = "1.4", LetterSpacing = "0" },
            Overline = new OverlineTypography { FontFamily = Sans, FontSize = "12px", FontWeight = "600", LetterSpacing = "0.04em" },
            Button = new ButtonTypography { FontFamily = Sans, FontSize = "14px", FontWeight = "500", TextTransform = "none", LetterSpacing = "0" },
        },
    };
}
